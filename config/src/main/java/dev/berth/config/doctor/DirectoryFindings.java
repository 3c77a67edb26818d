package dev.berth.config.doctor;

import dev.berth.config.HomeLayout;
import dev.berth.doctor.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Whether a host can use its directories, and whether nobody else can meddle with them. */
final class DirectoryFindings {
  private static final int STICKY = 01000;
  private static final int WRITABLE_BY_OTHERS = 022;
  private static final int READABLE_BY_OTHERS = 044;

  private final HomeLayout layout;
  private final boolean hostAnswers;

  /**
   * Examines directories.
   *
   * @param hostAnswers whether some host works there, so that what this user may not do is not what
   *     the host may not do
   */
  DirectoryFindings(HomeLayout layout, boolean hostAnswers) {
    this.layout = layout;
    this.hostAnswers = hostAnswers;
  }

  List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(examine("home", layout.home()));
    findings.add(examine("run directory", layout.runDirectory()));
    findings.add(examine("log directory", layout.logDirectory()));
    findings.add(examine("cache directory", layout.cacheDirectory()));
    return findings;
  }

  private Finding examine(String check, Path directory) {
    try {
      return Files.exists(directory) ? present(check, directory) : absent(check, directory);
    } catch (IOException unreadable) {
      return Finding.problem(
          check, directory + " cannot be examined: " + unreadable, "make it readable to this user");
    }
  }

  private Finding present(String check, Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Finding.problem(check, directory + " is no directory", "move it away");
    }
    PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
    String described =
        directory
            + ", "
            + PosixFilePermissions.toString(attributes.permissions())
            + ", of user "
            + attributes.owner().getName();
    if (!isUsable(directory)) {
      return unusable(check, described);
    }
    int mode = (int) Files.getAttribute(directory, "unix:mode");
    if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
      return Finding.problem(
          check, described + ": others may replace what is in there", "chmod go-w " + directory);
    }
    if ((mode & READABLE_BY_OTHERS) != 0) {
      return Finding.note(
          check, described + ": others may see what is in there", "chmod go-r " + directory);
    }
    return Finding.ok(check, described);
  }

  private Finding unusable(String check, String described) {
    String text = described + ": this user may not read and write there";
    return hostAnswers
        ? Finding.note(check, text, "the host that answers may; run this as its user to be sure")
        : Finding.problem(
            check, text, "give it to this user, or choose another home with --home or BERTH_HOME");
  }

  private static Finding absent(String check, Path directory) {
    Path above = existing(directory);
    return Files.isWritable(above) && Files.isDirectory(above)
        ? Finding.ok(check, directory + " is not there yet; the first start makes it")
        : Finding.problem(
            check,
            directory + " is not there, and this user cannot make it in " + above,
            "have it made for this user, or choose another home with --home or BERTH_HOME");
  }

  /** The directory, or the nearest above it that there is. */
  static Path existing(Path directory) {
    Path nearest = directory.toAbsolutePath();
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    return nearest;
  }

  private static boolean isUsable(Path directory) {
    return Files.isReadable(directory)
        && Files.isWritable(directory)
        && Files.isExecutable(directory);
  }
}
