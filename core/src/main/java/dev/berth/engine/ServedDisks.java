package dev.berth.engine;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.error.HostFailureException;

/**
 * What can be asked of disks that QEMU serves by NBD. For threads that may be held up for a while;
 * failures are {@link HostFailureException}s.
 */
interface ServedDisks {

  /** Sees whether a disk can still be read as it was. */
  void probe(PullBackup backup, ExportedDisk disk);

  /**
   * What there is of a disk from there on.
   *
   * @param from an offset in the disk, or its end
   */
  DiskExtents extents(PullBackup backup, ExportedDisk disk, long from);
}
