package dev.berth.engine.backup;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.error.HostFailureException;
import java.util.Optional;

/**
 * What can be asked of disks that QEMU serves by NBD. For threads that may be held up for a while;
 * failures are {@link HostFailureException}s.
 */
public interface ServedDisks {

  /**
   * Why a disk cannot be read any more as it was; empty when it can.
   *
   * @throws HostFailureException when that is not known: the server is not reached, or does not
   *     answer
   */
  Optional<String> damage(PullBackup backup, ExportedDisk disk);

  /**
   * What there is of a disk from there on.
   *
   * @param from an offset in the disk, or its end
   */
  DiskExtents extents(PullBackup backup, ExportedDisk disk, long from);
}
