package dev.berth.definition;

import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskAttachment.Cache;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.LatencyBounds;
import dev.berth.image.ImageName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Legal definitions, the same ones for the same seed, with texts that are awkward to write. */
final class RandomDefinitions {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "web",
          "yes",
          "no",
          "on",
          "True",
          "null",
          "~",
          "0",
          "007",
          "0x1F",
          "1_000",
          "1e3",
          "1.10",
          ".5",
          "+1",
          "-",
          "- a",
          "a: b",
          "a #b",
          "#",
          "&a",
          "*a",
          "!a",
          "%a",
          "@a",
          "`a",
          "\"",
          "'",
          "\\",
          "\\n",
          "{",
          "}",
          "[a]",
          ",",
          "a,b=c",
          " a",
          "a ",
          "?",
          "? a",
          ":",
          "::",
          "<<",
          "=",
          "12:30",
          "2001-01-01",
          "---",
          "...",
          "|",
          ">",
          "é",
          "日本",
          "\uD83D\uDE00",
          "512MiB",
          "console=ttyS0,115200 root=/dev/vda",
          "\u200F",
          "x".repeat(120));

  private final Random random;

  RandomDefinitions(long seed) {
    random = new Random(seed);
  }

  DomainDefinition next() {
    Compute compute = compute();
    return new DomainDefinition(
        new DomainName(pick(List.of("a", "web-1", "0", "1e3", "x".repeat(64), "No", "null"))),
        perhaps(new UUID(random.nextLong(), random.nextLong())),
        labels(),
        compute,
        boot(),
        listOf(random.nextInt(4), this::disk),
        listOf(random.nextInt(3), this::nic),
        new Devices(
            new ByteSize((64 << 10) + random.nextInt(1 << 29)),
            pick(Presence.values()),
            pick(Presence.values()),
            pick(Presence.values()),
            peripherals(compute.backing().orMappable().isMappable() ? random.nextInt(3) : 0),
            List.of("io1", "no")),
        new Policies(
            pick(Policies.Autostart.values()),
            pick(Policies.Restart.values()),
            random.nextInt(1000)));
  }

  private Peripherals peripherals(int shares) {
    Optional<Peripherals.Video> video = perhaps(pick(Peripherals.Video.values()));
    return new Peripherals(
        video,
        perhaps(new Peripherals.Usb(listOf(2, i -> pick(Peripherals.UsbDevice.values())))),
        perhaps(pick(Peripherals.WatchdogAction.values())),
        pick(Peripherals.PanicDevice.values()),
        perhaps(3 + random.nextInt(1000)),
        listOf(random.nextInt(4), i -> "on" + i),
        listOf(
            shares,
            i ->
                new Share(
                    "s" + i, path(), pick(List.of("s", "1e3.")) + i, pick(Disk.Access.values()))),
        perhaps(random.nextInt(65)),
        video.isPresent() ? pick(Peripherals.VncAccess.values()) : Peripherals.VncAccess.OPEN,
        new NamedPorts(
            listOf(random.nextInt(3), i -> pick(List.of("org.example.", "yes")) + i),
            listOf(random.nextInt(3), i -> "pci" + i)));
  }

  private Compute compute() {
    Optional<CpuTopology> topology =
        perhaps(new CpuTopology(1 + random.nextInt(4), 1 + random.nextInt(2), 3, 2));
    int room = topology.map(shape -> Math.toIntExact(shape.cpus())).orElse(1 + random.nextInt(512));
    boolean grows = random.nextBoolean();
    Optional<MemoryDevice> device = perhaps(pick(List.of(MemoryDevice.values())));
    long blocks = (long) random.nextInt(1 << 10) << 27;
    ByteSize memory = ByteSize.mebibytes(2L * (1 + random.nextInt(1 << 22)));
    return new Compute(
        grows ? 1 + random.nextInt(room) : room,
        grows ? Optional.of(room) : Optional.empty(),
        memory,
        device
            .map(it -> new ByteSize(memory.bytes() + blocks))
            .or(() -> perhaps(new ByteSize(memory.bytes() + (random.nextInt(1 << 10) << 21L)))),
        device,
        pick(List.of("q35", "pc-q35-7.2", "0", "none")),
        perhaps(pick(List.of("max", "host", "1e3"))),
        pick(List.of(AcceleratorChoice.AUTO, AcceleratorChoice.KVM)),
        topology,
        pick(
            List.of(
                List.of(),
                List.of(
                    new CpuFeature("avx2", Presence.PRESENT),
                    new CpuFeature("3dnow", Presence.ABSENT)))),
        pick(
            List.of(
                MemoryBacking.USUAL,
                new MemoryBacking(
                    Kind.MEMFD,
                    perhaps(ByteSize.mebibytes(2)),
                    Optional.empty(),
                    Sharing.SHARED,
                    Allocation.AT_START),
                new MemoryBacking(
                    Kind.FILE,
                    Optional.empty(),
                    Optional.of(path()),
                    Sharing.PRIVATE,
                    Allocation.ON_USE))));
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new TreeMap<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      labels.put(i % 2 == 0 ? "k" + i : "k" + pick(TEXTS), pick(TEXTS));
    }
    labels.put(pick(TEXTS.subList(1, 40)), pick(TEXTS));
    return labels;
  }

  private Boot boot() {
    return pick(
        List.of(
            new Boot.Firmware(),
            new Boot.Uefi(pick(Boot.SecureBoot.values())),
            new Boot.Kernel(path(), perhaps(path()), pick(TEXTS))));
  }

  private Disk disk(int index) {
    DiskDevice device = pick(DiskDevice.values());
    boolean cdrom = device == DiskDevice.CDROM;
    DiskFormat format = pick(DiskFormat.values());
    DiskSource source =
        pick(
            List.of(
                new DiskSource.File(path()),
                new DiskSource.Image(ImageName.of("no/1e3." + index)),
                new DiskSource.Descriptor("1e3." + index)));
    Optional<String> secret =
        format == DiskFormat.QCOW2 ? perhaps(pick(List.of("0", "key_1"))) : Optional.empty();
    boolean given = source instanceof DiskSource.Descriptor || secret.isPresent();
    Bus bus = cdrom ? pick(List.of(Bus.SATA, Bus.VIRTIO_SCSI)) : pick(Bus.values());
    Disk disk =
        new Disk(
            pick(List.of("disk", "no", "e")) + index,
            device,
            format,
            cdrom ? perhaps(source) : Optional.of(source),
            secret,
            cdrom ? Access.READ_ONLY : pick(Access.values()),
            new DiskAttachment(
                given && bus == Bus.SATA ? Bus.VIRTIO_SCSI : bus,
                pick(Cache.values()),
                pick(Discard.values()),
                perhaps(pick(List.of("WD-1.0_a", "1e3"))),
                perhaps(1 + index)));
    if (disk.image().isPresent() && random.nextBoolean()) {
      disk =
          new Disk(
              disk.name(),
              disk.device(),
              Optional.empty(),
              disk.source(),
              disk.secret(),
              disk.access(),
              disk.attachment(),
              disk.settings(),
              disk.backing());
    }
    if (disk.attachment().bus() != Bus.SATA) {
      disk = disk.attachedBy(disk.attachment().servedBy(pick(List.of("io1", "no"))));
    }
    disk =
        disk.counting(
            pick(
                List.of(
                    LatencyBounds.NONE,
                    LatencyBounds.USUAL,
                    new LatencyBounds(List.of(Duration.ofNanos(1), Duration.ofSeconds(3600))))));
    return format == DiskFormat.QCOW2 ? disk.standingOn(pick(Disk.Backing.values())) : disk;
  }

  private Nic nic(int index) {
    List<PortForward> forwards =
        listOf(
            random.nextInt(3),
            forward ->
                new PortForward(
                    pick(Protocol.values()),
                    pick(List.of("127.0.0.1", "0.0.0.0", "10.255.0.9")),
                    1000 + index * 100 + forward,
                    1 + random.nextInt(65535)));
    Nic nic =
        new Nic(
            "net" + index,
            pick(
                List.of(
                    new Network.User(forwards),
                    new Network.Tap("1e3"),
                    new Network.OpenTap("tap-" + index),
                    new Network.Bridge("br-0.1"))),
            perhaps("52:54:00:12:34:5" + index),
            perhaps(50 + index));
    return nic.isOnTap() ? nic.served(pick(VhostChoice.values())) : nic;
  }

  private Path path() {
    return Path.of(pick(List.of("/a", "/a,b/c d", "/a: b", "/~", "/a/../b", "/no", "/'\"\\#")));
  }

  private <T> Optional<T> perhaps(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private <T> T pick(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static <T> List<T> listOf(int count, IntFunction<T> item) {
    return IntStream.range(0, count).mapToObj(item).toList();
  }
}
