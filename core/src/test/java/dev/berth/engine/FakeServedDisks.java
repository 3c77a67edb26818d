package dev.berth.engine;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.engine.backup.ServedDisks;
import dev.berth.error.HostFailureException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Disks that a fake QEMU would serve: they can be read until that is broken. Thread-safe. */
final class FakeServedDisks implements ServedDisks {
  private final AtomicInteger probes = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean broken;
  private volatile boolean lost;
  private volatile CountDownLatch held = new CountDownLatch(0);

  /** From now on none can be read. */
  void breakThem() {
    broken = true;
  }

  /** From now on their server cannot be reached, or can again. */
  void lose(boolean lost) {
    this.lost = lost;
  }

  /** From now on a look at one takes until it is let go. */
  void hold() {
    held = new CountDownLatch(1);
  }

  /** Lets those that look go on. */
  void release() {
    held.countDown();
  }

  /** How often one was looked at, or is. */
  int probes() {
    return probes.get();
  }

  /** How often it was asked what there is of one, or is. */
  int asked() {
    return asked.get();
  }

  @Override
  public Optional<String> damage(PullBackup backup, ExportedDisk disk) {
    boolean isBroken = broken;
    probes.incrementAndGet();
    awaitRelease();
    if (lost) {
      throw new HostFailureException("The server of disk '" + disk.disk() + "' is not reached.");
    }
    return isBroken
        ? Optional.of("Disk '" + disk.disk() + "' cannot be read as it was.")
        : Optional.empty();
  }

  @Override
  public DiskExtents extents(PullBackup backup, ExportedDisk disk, long from) {
    asked.incrementAndGet();
    if (damage(backup, disk).isPresent()) {
      throw new HostFailureException("Disk '" + disk.disk() + "' cannot be read as it was.");
    }
    long left = disk.size().bytes() - from;
    return new DiskExtents(
        left == 0 ? List.of() : List.of(new DiskExtent(from, left, true, true)),
        OptionalLong.empty());
  }

  private void awaitRelease() {
    try {
      held.await();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
      throw new HostFailureException("The host was closed meanwhile.", closed);
    }
  }
}
