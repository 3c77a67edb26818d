package dev.berth.engine;

import dev.berth.backup.Consistency;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.step.KeptJob;
import java.util.ArrayList;
import java.util.List;

/** What is told of a backup that has ended. Pure. */
final class BackupWords {
  private BackupWords() {}

  /**
   * What it is less than was wanted: why the guest was not at rest, why nothing is noted from now
   * on, which disks are in full, and which were not read back.
   */
  static String reasons(KeptJob job) {
    List<String> reasons = new ArrayList<>();
    Consistency consistency = BackupRow.consistency(job);
    if (!consistency.reason().isEmpty()) {
      reasons.add(consistency.kind().text() + ": " + consistency.reason());
    }
    if (!BackupRow.saved(job).isEmpty()) {
      reasons.add(
          "no disk notes what is written from now on, so that the next backup is in full: the"
              + " images are left as they were for the machine that is saved "
              + BackupRow.saved(job));
    }
    for (OfDisk disk : BackupRow.plan(job).disks()) {
      if (!disk.reason().isEmpty()) {
        reasons.add("disk '" + disk.disk() + "' is in full: " + disk.reason());
      }
    }
    for (String disk : BackupRow.unread(job)) {
      reasons.add(
          "what was written of disk '"
              + disk
              + "' was not read back and has no checksum: the host's process that was given the"
              + " file has ended");
    }
    return String.join("; ", reasons);
  }

  /** Why it failed, and what is left of it. */
  static String failure(KeptJob job, String why) {
    List<String> left =
        BackupRow.plan(job).disks().stream()
            .filter(disk -> disk.target().isPresent())
            .map(disk -> "'" + disk.disk() + "'")
            .toList();
    return left.isEmpty()
        ? why
        : why + "; what is in the file given for disk " + String.join(", ", left) + " is no backup";
  }
}
