package dev.berth.testing;

import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.Network;
import dev.berth.definition.Nic;
import dev.berth.definition.Pluggable;
import dev.berth.definition.Share;
import dev.berth.definition.SmallDevice;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.NicSummary;
import dev.berth.host.ShareSummary;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The devices of a domain of a {@link MemoryHost}. The caller holds the contents' lock. */
final class MemoryDeviceLists {
  private MemoryDeviceLists() {}

  /** A device with where it is. */
  private record Row(Pluggable device, EditScope scope, Optional<JobId> leaving) {
    Optional<String> place() {
      boolean isPlugged = scope != EditScope.CONFIG && !(device instanceof SmallDevice.Iothread);
      return isPlugged ? Optional.of("memory") : Optional.empty();
    }
  }

  static List<DiskSummary> disks(MemoryDomain domain) {
    return rows(domain, DeviceKind.DISK).stream()
        .map(row -> summary((Disk) row.device(), row))
        .toList();
  }

  private static DiskSummary summary(Disk disk, Row row) {
    return new DiskSummary(
        disk.name(),
        disk.device().name().toLowerCase(Locale.ROOT),
        disk.file().map(Path::toString).or(() -> disk.descriptor().map(fd -> "fd:" + fd)),
        row.scope(),
        row.place(),
        row.leaving());
  }

  static List<NicSummary> nics(MemoryDomain domain) {
    return rows(domain, DeviceKind.NIC).stream()
        .map(row -> summary((Nic) row.device(), row))
        .toList();
  }

  private static NicSummary summary(Nic nic, Row row) {
    return new NicSummary(
        nic.name(),
        network(nic.network()),
        nic.mac().or(() -> row.place().map(plugged -> "52:54:00:00:00:01")),
        row.place().map(plugged -> "qemu"),
        Optional.empty(),
        row.scope(),
        row.place(),
        row.leaving());
  }

  static List<ShareSummary> shares(MemoryDomain domain) {
    return rows(domain, DeviceKind.SHARE).stream()
        .map(row -> summary((Share) row.device(), row))
        .toList();
  }

  private static ShareSummary summary(Share share, Row row) {
    return new ShareSummary(
        share.name(),
        share.tag(),
        Optional.of(share.source()),
        false,
        row.scope(),
        row.place(),
        row.leaving());
  }

  static List<DeviceSummary> devices(MemoryDomain domain) {
    return rows(domain, DeviceKind.DEVICE).stream()
        .map(row -> summary((SmallDevice) row.device(), row))
        .toList();
  }

  private static DeviceSummary summary(SmallDevice device, Row row) {
    return new DeviceSummary(
        device.name(),
        device.type().word(),
        row.scope(),
        row.place(),
        Optional.of(device)
            .filter(port -> port.isPort() && row.place().isPresent())
            .map(port -> Path.of("/memory", port.name())),
        row.leaving());
  }

  private static String network(Network network) {
    if (network instanceof Network.OpenTap open) {
      return "fd:" + open.descriptor();
    }
    if (network instanceof Network.Bridge bridge) {
      return "bridge " + bridge.name();
    }
    return network instanceof Network.Tap tap ? "tap " + tap.device() : "user";
  }

  private static List<Row> rows(MemoryDomain domain, DeviceKind kind) {
    List<Row> rows = new ArrayList<>();
    if (domain.hasMachine()) {
      for (Pluggable device : domain.devices(kind).values()) {
        boolean defined = kind.isIn(domain.definition(), device.name());
        Optional<JobId> leaving =
            MemoryDevices.running(domain).stream()
                .filter(job -> MemoryDevices.isAbout(job, kind, device.name()))
                .map(Job::id)
                .findFirst();
        rows.add(new Row(device, defined ? EditScope.BOTH : EditScope.LIVE, leaving));
      }
    }
    for (Pluggable device : kind.in(domain.definition())) {
      if (rows.stream().noneMatch(known -> known.device().name().equals(device.name()))) {
        rows.add(new Row(device, EditScope.CONFIG, Optional.empty()));
      }
    }
    return rows;
  }
}
