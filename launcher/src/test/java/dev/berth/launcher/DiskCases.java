package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskAttachment.Cache;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Peripherals;
import dev.berth.domain.ByteSize;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.launcher.ImageFacts.Layer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The ways to attach disks, for golden files. */
final class DiskCases {
  private DiskCases() {}

  static Map<String, DomainDefinition> all() {
    DomainDefinition bare = Definitions.bare();
    Map<String, DomainDefinition> cases = new LinkedHashMap<>();
    cases.put(
        "disk-virtio-scsi",
        Definitions.withDisks(
            bare, Definitions.on(Bus.VIRTIO_SCSI, disk("root")), cdrom("cd", Bus.VIRTIO_SCSI)));
    DomainDefinition sata =
        Definitions.withDisks(
            bare,
            Definitions.on(Bus.SATA, disk("root")),
            cdrom("cd", Bus.SATA),
            new Disk(
                "tray",
                DiskDevice.CDROM,
                DiskFormat.RAW,
                Optional.empty(),
                Access.READ_ONLY,
                attachment(Bus.SATA, Cache.WRITEBACK)),
            disk("data"));
    cases.put("disk-sata", sata);
    cases.put(
        "disk-sata-conventional-pci",
        Definitions.withCompute(
            sata,
            new Compute(1, ByteSize.mebibytes(64), "pc", Optional.empty(), AcceleratorChoice.TCG)));
    cases.put(
        "disk-cache-modes",
        Definitions.withDisks(
            bare,
            Arrays.stream(Cache.values())
                .map(
                    cache ->
                        Definitions.attached(
                            disk(cache.name().toLowerCase(Locale.ROOT)),
                            attachment(Bus.VIRTIO_BLK, cache)))
                .toArray(Disk[]::new)));
    cases.put(
        "disk-boot-order",
        Definitions.withDisks(
            bare,
            disk("never"),
            Definitions.booting(7, disk("second")),
            Definitions.booting(1, disk("first"))));
    cases.put(
        "disk-serial-and-discard",
        Definitions.withDisks(
            bare,
            Definitions.attached(
                disk("root"),
                new DiskAttachment(
                    Bus.VIRTIO_BLK,
                    Cache.WRITEBACK,
                    Discard.IGNORE,
                    Optional.of("WD-42"),
                    Optional.empty()))));
    Throttle slow =
        new Throttle(
            Rates.ofTotal(new Rate(1 << 20, 2 << 20, 5)), Rates.UNLIMITED, Optional.of("slow"));
    Throttle own =
        new Throttle(
            Rates.UNLIMITED,
            new Rates(Rate.UNLIMITED, Rate.of(100), new Rate(50, 60, 1)),
            Optional.empty());
    cases.put(
        "disk-throttle",
        Definitions.withDisks(
            bare,
            disk("root").throttledBy(slow).counting(LatencyBounds.USUAL),
            Definitions.on(Bus.VIRTIO_SCSI, disk("more")).throttledBy(slow),
            Definitions.on(Bus.SATA, disk("data")).throttledBy(own),
            new Disk(
                    "tray",
                    DiskDevice.CDROM,
                    DiskFormat.RAW,
                    Optional.empty(),
                    Access.READ_ONLY,
                    attachment(Bus.VIRTIO_SCSI, Cache.WRITEBACK))
                .throttledBy(own)));
    cases.put(
        "disk-iothreads",
        Definitions.withDisks(
            Definitions.withDevices(
                bare,
                new Devices(
                    ByteSize.mebibytes(1),
                    Presence.ABSENT,
                    Presence.ABSENT,
                    Presence.ABSENT,
                    Peripherals.USUAL,
                    List.of("io1", "io2"))),
            served("io1", disk("root")),
            served("io1", Definitions.on(Bus.VIRTIO_SCSI, disk("data"))),
            served("io1", cdrom("cd", Bus.VIRTIO_SCSI)),
            served("io2", Definitions.on(Bus.VIRTIO_SCSI, disk("more")))
                .counting(LatencyBounds.USUAL),
            Definitions.on(Bus.VIRTIO_SCSI, disk("plain")),
            disk("other")));
    cases.put(
        "disk-backing-chain",
        Definitions.withDisks(
            bare,
            disk("root").standingOn(Backing.FOLLOW),
            Definitions.on(Bus.SATA, disk("data")).standingOn(Backing.FOLLOW)));
    return cases;
  }

  /** Two images below each that stands on others. */
  static Map<String, List<Layer>> below(DomainDefinition definition) {
    Map<String, List<Layer>> below = new HashMap<>();
    for (Disk disk : definition.disks()) {
      if (disk.backing() == Backing.FOLLOW) {
        below.put(
            disk.name(),
            List.of(
                new Layer(Path.of("/images/nearest,1"), DiskFormat.QCOW2, "file"),
                new Layer(Path.of("/dev/volumes/lowest"), DiskFormat.RAW, "host_device")));
      }
    }
    return below;
  }

  private static Disk disk(String name) {
    return Definitions.disk(
        name, DiskFormat.QCOW2, Path.of("/images/" + name + ",1"), Access.READ_WRITE);
  }

  private static Disk served(String iothread, Disk disk) {
    return disk.attachedBy(disk.attachment().servedBy(iothread));
  }

  private static Disk cdrom(String name, Bus bus) {
    return new Disk(
        name,
        DiskDevice.CDROM,
        DiskFormat.RAW,
        Optional.of(Path.of("/images/" + name + ".iso")),
        Access.READ_ONLY,
        attachment(bus, Cache.WRITEBACK));
  }

  private static DiskAttachment attachment(Bus bus, Cache cache) {
    return new DiskAttachment(bus, cache, Discard.UNMAP, Optional.empty(), Optional.empty());
  }
}
