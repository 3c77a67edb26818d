package dev.berth.engine;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.error.HostFailureException;
import java.util.List;
import java.util.OptionalLong;

/** Disks that a fake QEMU would serve: they can be read until that is broken. Thread-safe. */
final class FakeServedDisks implements ServedDisks {
  private volatile boolean broken;

  /** From now on none can be read. */
  void breakThem() {
    broken = true;
  }

  @Override
  public void probe(PullBackup backup, ExportedDisk disk) {
    if (broken) {
      throw new HostFailureException("Disk '" + disk.disk() + "' cannot be read as it was.");
    }
  }

  @Override
  public DiskExtents extents(PullBackup backup, ExportedDisk disk, long from) {
    probe(backup, disk);
    long left = disk.size().bytes() - from;
    return new DiskExtents(
        left == 0 ? List.of() : List.of(new DiskExtent(from, left, true, true)),
        OptionalLong.empty());
  }
}
