package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder in a directory of backups that is one, or looks like one.
 *
 * @param folder where it is
 * @param kind what it is
 * @param said what it says of itself; empty when that cannot be read
 * @param why it is no backup, as the rest of a sentence; empty for one that is
 */
public record BackupFolder(Path folder, Kind kind, Optional<Backup> said, String why) {
  private static final Pattern GROWING = Pattern.compile(".+\\.[0-9a-f]{12}\\.part");
  private static final Pattern HALF_DELETED = Pattern.compile("(.+)\\.[0-9a-f]{12}\\.delete");

  /** What becomes of it. */
  public enum Kind {
    /** It is a backup. */
    COMPLETE,
    /** It may be one: what describes it cannot be read. */
    UNREADABLE,
    /** It is one that has another name. */
    RENAMED,
    /** It was one, and is to be removed. */
    HALF_DELETED
  }

  static BackupFolder complete(Path folder, Backup backup) {
    return new BackupFolder(folder, Kind.COMPLETE, Optional.of(backup), "");
  }

  static BackupFolder unreadable(Path folder, String why) {
    return new BackupFolder(folder, Kind.UNREADABLE, Optional.empty(), why);
  }

  static BackupFolder renamed(Path folder, Backup said) {
    return new BackupFolder(
        folder,
        Kind.RENAMED,
        Optional.of(said),
        "it was renamed, and says that it is backup '"
            + said.name()
            + "': give it that name again");
  }

  static BackupFolder halfDeleted(Path folder) {
    return new BackupFolder(
        folder, Kind.HALF_DELETED, Optional.empty(), "its deletion was not finished");
  }

  /** The backup that it is, if it is one. */
  public Optional<Backup> backup() {
    return said.filter(it -> kind == Kind.COMPLETE);
  }

  /** Its name in its directory. */
  public String name() {
    return String.valueOf(folder.getFileName());
  }

  /** Whether a folder of that name is one in which a backup grows. */
  static boolean isGrowing(String name) {
    return GROWING.matcher(name).matches();
  }

  /** What a folder of that name was called before its deletion began, if it is such a one. */
  public static Optional<String> deletedName(String name) {
    Matcher parts = HALF_DELETED.matcher(name);
    return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
  }
}
