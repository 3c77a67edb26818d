package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.BackupFolder;
import dev.berth.engine.backup.BackupFolder.Kind;
import dev.berth.engine.backup.BackupReading;
import dev.berth.engine.backup.BackupRecord;
import dev.berth.engine.backup.BackupRecords;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be deleted in a directory of backups, and what there stands on it. What cannot be read
 * is not passed over: it may stand on it. For threads that storage may hold up.
 */
final class BackupUses {
  private final BackupFiles files;
  private final BackupRecords records;
  private final Path directory;
  private final BackupName name;

  /**
   * For one backup.
   *
   * @param directory without symbolic links
   */
  BackupUses(HostServices host, Path directory, BackupName name) {
    this.files = host.backupFiles();
    this.records = host.backupRecords();
    this.directory = directory;
    this.name = name;
  }

  /**
   * What is deleted.
   *
   * @param madeBy the job that has made the backup; of what is only left of it, any
   * @param left what an earlier deletion has left of it, in place of it
   */
  record Target(JobId madeBy, Optional<Path> left) {}

  /**
   * The backup of that name, or what is left of it, or what is on record of it alone.
   *
   * @throws NotFoundException when there is nothing of it
   * @throws HostFailureException when it is not known what it is
   */
  Target target() {
    List<BackupFolder> folders = files.scan(directory);
    Optional<BackupFolder> there =
        folders.stream().filter(folder -> folder.name().equals(name.text())).findFirst();
    there.filter(folder -> folder.backup().isEmpty()).ifPresent(folder -> refuse(folder.why()));
    if (there.isEmpty() && files.isThere(directory.resolve(name.text()))) {
      onRecord().ifPresent(known -> refuse("it is not there, or is a link"));
    }
    return there
        .flatMap(BackupFolder::backup)
        .map(backup -> new Target(backup.origin().job(), Optional.empty()))
        .or(() -> left(folders))
        .or(this::onRecord)
        .orElseThrow(() -> RestorePlanning.notFound(directory, name));
  }

  private void refuse(String why) {
    throw new HostFailureException(
        "Cannot delete backup '"
            + name
            + "': what describes it, '"
            + directory.resolve(name.text()).resolve(BackupReading.DESCRIPTION)
            + "', is not right: "
            + why
            + ". Mend that, or remove the folder by hand.");
  }

  private Optional<Target> left(List<BackupFolder> folders) {
    return folders.stream()
        .filter(folder -> BackupFolder.deletedName(folder.name()).equals(Optional.of(name.text())))
        .map(folder -> new Target(new JobId("0".repeat(12)), Optional.of(folder.folder())))
        .findFirst();
  }

  private Optional<Target> onRecord() {
    return records
        .find(directory.resolve(name.text()))
        .map(record -> new Target(record.backup().origin().job(), Optional.empty()));
  }

  /**
   * Sees whether nothing in the directory stands on it.
   *
   * @throws InvalidStateException when something does, or when that is not known; it is named
   */
  void requireUnused() {
    Map<String, Backup> others = new LinkedHashMap<>();
    for (BackupRecord record : records.in(directory)) { // also of one without its description
      if (files.isThere(record.backup().folder())) {
        others.put(record.backup().name().text(), record.backup());
      }
    }
    List<BackupFolder> unknown = new ArrayList<>();
    for (BackupFolder folder : files.scan(directory)) {
      folder.said().ifPresent(said -> others.put(folder.name(), said));
      if (folder.kind() == Kind.UNREADABLE && !others.containsKey(folder.name())) {
        unknown.add(folder);
      }
    }
    others.remove(name.text());
    List<String> above =
        others.entrySet().stream()
            .filter(
                other ->
                    other.getValue().disks().stream()
                        .anyMatch(it -> it.since().equals(Optional.of(name))))
            .map(other -> "'" + other.getKey() + "'")
            .toList();
    if (!above.isEmpty()) {
      throw new InvalidStateException(
          "Cannot delete backup '"
              + name
              + "': "
              + String.join(", ", above)
              + (above.size() == 1 ? " stands" : " stand")
              + " on it. Delete what stands on it first.");
    }
    unknown.stream()
        .filter(folder -> !folder.name().equals(name.text()))
        .findFirst()
        .ifPresent(this::refuseUnknown);
  }

  private void refuseUnknown(BackupFolder folder) {
    throw new InvalidStateException(
        "Cannot delete backup '"
            + name
            + "': '"
            + folder.folder().resolve(BackupReading.DESCRIPTION)
            + "' cannot be read ("
            + folder.why()
            + "), so that it is not known whether that stands on it. Bring that file back from a"
            + " copy, or move '"
            + folder.folder()
            + "' elsewhere, and ask again.");
  }
}
