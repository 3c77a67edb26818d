package dev.berth.engine.qemu;

import dev.berth.definition.DeviceKind;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.PluggedDevice;
import dev.berth.qapi.block.BlockDeviceStats;
import dev.berth.qapi.block.BlockLatencyHistogramInfo;
import dev.berth.qapi.block.BlockStats;
import dev.berth.stats.DiskStats;
import dev.berth.stats.IoCounters;
import dev.berth.stats.LatencyHistogram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The figures of a machine's disks, from QEMU's of its drives. Pure. */
public final class DiskFigures {
  private DiskFigures() {}

  /** Those of the disks on record, in their order; a drive that has no counters is left out. */
  static List<DiskStats> of(LaunchRecord launch, List<BlockStats> drives) {
    List<DiskStats> disks = new ArrayList<>();
    for (DeviceRecord device : PluggedDevice.devices(launch, DeviceKind.DISK)) {
      drives.stream()
          .filter(drive -> isOf(device, drive))
          .findFirst()
          .ifPresent(drive -> disks.add(disk(device.name(), drive.stats())));
    }
    return disks;
  }

  /** By its device's id, which some versions give within its path, or else by its node. */
  public static boolean isOf(DeviceRecord device, BlockStats drive) {
    String path = "/" + drive.qdev().orElse("") + "/";
    return path.contains("/" + device.id() + "/")
        || drive.nodeName().filter(device.nodes()::contains).isPresent();
  }

  private static DiskStats disk(String name, BlockDeviceStats stats) {
    return new DiskStats(
        name,
        new IoCounters(
            stats.rdBytes(),
            stats.rdOperations(),
            Duration.ofNanos(stats.rdTotalTimeNs()),
            sum(stats.failedRdOperations(), stats.invalidRdOperations()),
            stats.rdLatencyHistogram().map(DiskFigures::histogram)),
        new IoCounters(
            stats.wrBytes(),
            stats.wrOperations(),
            Duration.ofNanos(stats.wrTotalTimeNs()),
            sum(stats.failedWrOperations(), stats.invalidWrOperations()),
            stats.wrLatencyHistogram().map(DiskFigures::histogram)),
        new IoCounters(
            0,
            stats.flushOperations(),
            Duration.ofNanos(stats.flushTotalTimeNs()),
            sum(stats.failedFlushOperations(), stats.invalidFlushOperations()),
            stats.flushLatencyHistogram().map(DiskFigures::histogram)),
        new IoCounters(
            stats.unmapBytes().orElse(0L),
            stats.unmapOperations().orElse(0L),
            Duration.ofNanos(stats.unmapTotalTimeNs().orElse(0L)),
            sum(stats.failedUnmapOperations(), stats.invalidUnmapOperations()),
            Optional.empty()),
        stats.wrHighestOffset());
  }

  private static long sum(Optional<Long> one, Optional<Long> other) {
    return one.orElse(0L) + other.orElse(0L);
  }

  private static LatencyHistogram histogram(BlockLatencyHistogramInfo info) {
    return new LatencyHistogram(info.boundaries(), info.bins());
  }
}
