package dev.berth.control;

import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.Consistency;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.DiskExtents.DiskExtent;
import dev.berth.backup.Extent;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.domain.AgentState;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainSnapshot.RestartSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import dev.berth.domain.StateReason;
import dev.berth.error.Problem;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.HostInfo;
import dev.berth.host.HostInfo.QemuInfo;
import dev.berth.host.NicSummary;
import dev.berth.host.ShareSummary;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.stats.DiskStats;
import dev.berth.stats.DomainStats;
import dev.berth.stats.GuestMemoryStats;
import dev.berth.stats.IoCounters;
import dev.berth.stats.LatencyHistogram;
import dev.berth.stats.LinkCounters;
import dev.berth.stats.MachineStats;
import dev.berth.stats.NicStats;
import dev.berth.stats.ProcessStats;
import dev.berth.stats.QemuStats;
import dev.berth.stats.StatsRates;
import dev.berth.stats.ThreadStats;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Arbitrary values of the API; the same seed gives the same ones. */
final class RandomValues {
  private static final String ALPHABET = "aZ0 \"\\/\n\t\u0000\u00e9\u20ac{}[],:'";

  private final Random random;

  RandomValues(long seed) {
    // Neighbouring seeds begin alike.
    this.random = new Random(new Random(seed).nextLong());
  }

  DomainSnapshot snapshot() {
    return new DomainSnapshot(
        new DomainName("d" + random.nextInt(1_000_000)),
        uuid(),
        random.nextLong(),
        instant(),
        new DomainStatus(
            constant(DomainState.values()),
            constant(StateReason.values()),
            maybe(this::text),
            instant()),
        new DefinitionSummary(
            random.nextLong(),
            random.nextBoolean(),
            random.nextInt(),
            new ByteSize(random.nextLong() >>> 1),
            texts()),
        maybe(this::machine),
        maybe(() -> new OperationSummary(text(), text(), instant())),
        maybe(() -> new RestartSummary(random.nextInt(), random.nextInt(), maybe(this::instant))));
  }

  DiskSummary disk() {
    return new DiskSummary(
        text(),
        text(),
        maybe(this::text),
        constant(EditScope.values()),
        maybe(this::text),
        maybe(JobId::random));
  }

  DeviceSummary device() {
    return new DeviceSummary(
        text(),
        text(),
        constant(EditScope.values()),
        maybe(this::text),
        maybe(() -> Path.of("/" + number())),
        maybe(JobId::random));
  }

  ShareSummary share() {
    return new ShareSummary(
        text(),
        text(),
        maybe(() -> Path.of("/srv/" + random.nextInt(1_000_000))),
        random.nextBoolean(),
        constant(EditScope.values()),
        maybe(this::text),
        maybe(JobId::random));
  }

  NicSummary nic() {
    return new NicSummary(
        text(),
        text(),
        maybe(this::text),
        maybe(this::text),
        maybe(this::text),
        constant(EditScope.values()),
        maybe(this::text),
        maybe(JobId::random));
  }

  DomainStats stats() {
    return new DomainStats(
        new DomainName("d" + random.nextInt(1_000_000)),
        uuid(),
        constant(DomainState.values()),
        maybe(
            () ->
                new MachineStats(
                    constant(Liveness.values()),
                    instant(),
                    maybe(this::processStats),
                    maybe(this::qemuStats),
                    new StatsRates(
                        number(), number(), number(), number(), number(), number(), number()))));
  }

  private ProcessStats processStats() {
    return new ProcessStats(
        instant(),
        nanos(),
        nanos(),
        number(),
        random.nextInt(),
        list(() -> new ThreadStats(text(), number(), nanos())),
        list(() -> new ThreadStats(text(), number(), nanos())),
        list(() -> new NicStats(text(), maybe(this::text), maybe(this::linkCounters))));
  }

  private LinkCounters linkCounters() {
    return new LinkCounters(
        number(), number(), number(), number(), number(), number(), number(), number());
  }

  private QemuStats qemuStats() {
    return new QemuStats(
        instant(),
        list(() -> new DiskStats(text(), io(), io(), io(), io(), number())),
        optionalNumber(),
        maybe(
            () ->
                new GuestMemoryStats(
                    instant(),
                    optionalNumber(),
                    optionalNumber(),
                    optionalNumber(),
                    optionalNumber(),
                    new GuestMemoryStats.Swap(optionalNumber(), optionalNumber()),
                    new GuestMemoryStats.Faults(optionalNumber(), optionalNumber()))));
  }

  private OptionalLong optionalNumber() {
    return random.nextBoolean() ? OptionalLong.of(number()) : OptionalLong.empty();
  }

  private IoCounters io() {
    return new IoCounters(
        number(),
        number(),
        nanos(),
        number(),
        maybe(() -> new LatencyHistogram(list(this::number), list(this::number))));
  }

  private long number() {
    return random.nextLong();
  }

  private Duration nanos() {
    return Duration.ofNanos(random.nextLong() >>> 1);
  }

  KnownBackup knownBackup() {
    Optional<Backup> backup = maybe(this::backup);
    return new KnownBackup(
        backup.map(Backup::folder).orElse(Path.of("/", "b" + random.nextInt(1_000_000))),
        backup,
        list(() -> new KnownBackup.Chain(text(), constant(KnownBackup.State.values()), text())));
  }

  Backup backup() {
    Path folder = Path.of("/", "b" + random.nextInt(1_000_000));
    return new Backup(
        new BackupName(String.valueOf(folder.getFileName())),
        new Backup.Origin(
            uuid(),
            new DomainName("d" + random.nextInt(1_000_000)),
            text(),
            random.nextLong(Long.MAX_VALUE),
            JobId.random()),
        instant(),
        folder,
        list(
            () ->
                new Backup.BackedUpDisk(
                    text(),
                    folder.resolve("d" + random.nextInt(1_000_000) + ".qcow2"),
                    constant(ImageFormat.values()),
                    constant(Extent.values()),
                    maybe(() -> new BackupName("b" + random.nextInt(1_000_000))),
                    text(),
                    new Backup.Content(
                        new ByteSize(random.nextLong(Long.MAX_VALUE)),
                        random.nextLong(Long.MAX_VALUE),
                        text()))),
        new Consistency(constant(Consistency.Kind.values()), text()));
  }

  PullBackup served() {
    return new PullBackup(
        JobId.random(),
        instant(),
        maybe(this::instant),
        Path.of("/", "b" + random.nextInt(1_000_000)),
        list(
            () ->
                new ExportedDisk(
                    "d" + random.nextInt(1_000_000),
                    new ByteSize(random.nextLong(Long.MAX_VALUE)),
                    constant(Extent.values()),
                    maybe(JobId::random),
                    text(),
                    maybe(this::text))));
  }

  DiskExtents extents() {
    return new DiskExtents(
        list(() -> new DiskExtent(number(), number(), random.nextBoolean(), random.nextBoolean())),
        random.nextBoolean() ? OptionalLong.of(number()) : OptionalLong.empty());
  }

  Checkpoint checkpoint() {
    return new Checkpoint(
        random.nextLong(Long.MAX_VALUE),
        maybe(() -> new CheckpointName("c" + random.nextInt(1_000_000))),
        JobId.random(),
        list(
            () ->
                new Checkpoint.MarkedDisk(
                    text(), constant(Checkpoint.State.values()), random.nextLong(Long.MAX_VALUE))));
  }

  Job job() {
    return new Job(
        JobId.random(),
        random.nextInt(4) == 0
            ? Job.Target.ofHost(constant(JobKind.values()), text())
            : new Job.Target(
                constant(JobKind.values()),
                uuid(),
                new DomainName("d" + random.nextInt(1_000_000)),
                text()),
        new Job.Origin(text(), maybe(this::text), instant()),
        new Job.Status(
            constant(JobState.values()),
            text(),
            maybe(
                () ->
                    new Job.Progress(
                        random.nextLong(),
                        random.nextLong(),
                        maybe(random::nextLong),
                        maybe(() -> Duration.ofMillis(random.nextInt())))),
            text(),
            maybe(this::instant),
            random.nextBoolean() ? Map.of() : Map.of(text(), random.nextLong())));
  }

  Pool pool() {
    return new Pool(
        new PoolName("p" + random.nextInt(1_000)),
        Path.of("/srv/" + random.nextInt(1_000)),
        random.nextInt(1_000),
        maybe(() -> new Pool.Space(size(), size())),
        maybe(this::text));
  }

  Image image() {
    return new Image(
        ImageName.of("p" + random.nextInt(1_000) + "/i" + random.nextInt(1_000)),
        Path.of("/srv/" + random.nextInt(1_000)),
        maybe(() -> constant(ImageFormat.values())),
        maybe(this::size),
        size(),
        maybe(this::text),
        maybe(this::text));
  }

  private ByteSize size() {
    return new ByteSize(random.nextLong() >>> 1);
  }

  DomainEvent event() {
    return new DomainEvent(
        random.nextLong(),
        instant(),
        maybe(this::uuid),
        maybe(this::text),
        text(),
        text(),
        texts());
  }

  HostInfo hostInfo() {
    return new HostInfo(
        text(),
        Path.of("/home-" + random.nextInt()),
        random.nextLong(),
        random.nextInt(),
        random.nextInt(),
        list(() -> new QemuInfo(Path.of("/qemu-" + random.nextInt()), text(), text(), text())),
        maybe(this::text));
  }

  List<Problem> problems() {
    List<Problem> problems =
        list(() -> new Problem(text(), random.nextInt(9), random.nextInt(9), text()));
    return problems.isEmpty() ? List.of(Problem.at("", text())) : problems;
  }

  byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(2_000_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  String text() {
    return random
        .ints(random.nextInt(12), 0, ALPHABET.length())
        .mapToObj(index -> String.valueOf(ALPHABET.charAt(index)))
        .collect(Collectors.joining());
  }

  <T> T constant(T[] all) {
    return all[random.nextInt(all.length)];
  }

  <T> List<T> list(Supplier<T> supplier) {
    return Stream.generate(supplier).limit(random.nextInt(4)).toList();
  }

  private MachineSummary machine() {
    return new MachineSummary(
        text(),
        maybe(random::nextLong),
        text(),
        text(),
        text(),
        text(),
        constant(Liveness.values()),
        instant(),
        constant(AgentState.values()),
        maybe(() -> new HandTouch(text(), text(), instant())),
        list(this::text));
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private Instant instant() {
    return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
  }

  private Map<String, String> texts() {
    return IntStream.range(0, random.nextInt(4))
        .boxed()
        .collect(Collectors.toMap(index -> index + text(), index -> text()));
  }

  <T> Optional<T> maybe(Supplier<T> supplier) {
    return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
  }
}
