package dev.berth.engine.backup;

import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.error.HostFailureException;
import java.util.Optional;

/**
 * One look at whether served disks can still be read as they were. Run on one thread, and asked
 * after that.
 */
public final class ExportProbe {
  private final ServedDisks disks;
  private final PullBackup backup;
  private Optional<String> damage = Optional.empty();

  public ExportProbe(ServedDisks disks, PullBackup backup) {
    this.disks = disks;
    this.backup = backup;
  }

  /**
   * Looks at each disk until one is found that cannot.
   *
   * @throws HostFailureException when it is not known of one of them, and none is known to fail
   */
  public void run() {
    Optional<HostFailureException> unknown = Optional.empty();
    for (ExportedDisk disk : backup.disks()) {
      try {
        damage = disks.damage(backup, disk);
        if (damage.isPresent()) {
          return;
        }
      } catch (HostFailureException notKnown) {
        unknown = Optional.of(notKnown);
      }
    }
    if (unknown.isPresent()) {
      throw unknown.get();
    }
  }

  /** Why a disk cannot be read any more as it was, if the server has said so. */
  public Optional<String> damage() {
    return damage;
  }
}
