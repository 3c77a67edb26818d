package dev.berth.bench;

import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.MigrationRequest.Convergence;
import dev.berth.host.StartMode;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.MigrationResult;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Migrations between two hosts on this machine, there and back, against the same by bare QMP: of a
 * guest that does nothing and of one that writes to its memory all the time, both with most of that
 * in use; of one that has nothing in it; and of one that takes its image along.
 */
final class MigrationExperiment implements Experiment {
  private static final int MOST_WARM_UPS = 10;

  /** A round with an image takes many seconds, nearly all of them QEMU's. */
  private static final int MOST_WARM_UPS_WITH_IMAGE = 3;

  private static final long IMAGE_BYTES = 2L << 30;
  private static final int CHUNK = 1 << 20;

  /** For how long a guest may stand, on both sides: QEMU's own limit has much sent meanwhile. */
  private static final Duration DOWNTIME = Duration.ofMillis(100);

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final DomainRef DOMAIN = DomainRef.of("bench");
  private static final String IMAGE = "guest.img";
  private static final String DEFINITION =
      "name: bench\nmemory: %s\n%sdisks: [{name: vda, file: %s, format: raw}]\n";

  /** A page that is touched first costs more than one that is sent, and never the same. */
  private static final String HUGE_PAGES = "memory-backing: {kind: memfd, hugepages: 2MiB}\n";

  /** What three machines of 2 GiB take: one of each way, and the one that takes it in. */
  private static final long ENOUGH_HUGE_PAGES = 3 * 1024;

  private interface Disk {
    void make(Path file) throws IOException;
  }

  /** What goes to and fro. */
  private record Guest(String memory, String backing, Disk disk) {
    static final Guest EMPTY = small(file -> BootSector.resting(file, 2));
    static final Guest WITH_IMAGE = small(MigrationExperiment::large);

    private static Guest small(Disk disk) {
      return new Guest("256MiB", "", disk);
    }

    static Guest large(Disk disk) throws IOException {
      return new Guest(
          "2GiB", Surroundings.freeHugePages() < ENOUGH_HUGE_PAGES ? "" : HUGE_PAGES, disk);
    }

    String definition(Path image) {
      return DEFINITION.formatted(memory, backing, image);
    }
  }

  /** One host at its control socket, and where it has images. */
  private record Side(VmHost host, URI address, Path images) implements AutoCloseable {
    static Side open(Path home) throws IOException {
      Path socket = home.resolve("s");
      return new Side(
          Berth.open(HostSettings.under(home).control(socket, ControlAccess.OWNER_ONLY)),
          URI.create("unix:" + socket),
          Files.createDirectory(home.resolve("i")));
    }

    @Override
    public void close() {
      host.close();
    }
  }

  /** How long both ways took, by turns. */
  private record Measured(Series total, Series stood, Series bareTotal, Series bareStood) {
    static Measured of(Plan plan) {
      return new Measured(plan.series(), plan.series(), plan.series(), plan.series());
    }

    Result downtimes() {
      return Result.pairs(
          "for how long that guest stands",
          Unit.MILLISECONDS,
          stood,
          bareStood,
          new Target.RatioOrMore(1.1, 20));
    }

    Result totals(String what, Target target) {
      return Result.pairs(what + ", against bare QMP", Unit.MILLISECONDS, total, bareTotal, target);
    }
  }

  /** One migration of each way. */
  private interface Ways {
    MigrationResult berth(Side from, Side to);

    /** Removes what Berth has left there. */
    void tidy(Side from) throws IOException;

    BareMigration.Times bare(BareMigration bare) throws IOException, InterruptedException;
  }

  @Override
  public String name() {
    return "migration";
  }

  @Override
  public List<Result> run(Plan wanted, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS), wanted.pairs());
    Plan few = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS_WITH_IMAGE), wanted.pairs());
    Path home = Files.createDirectory(directory.resolve("m"));
    Guest resting = Guest.large(file -> BootSector.resting(file, 1792));
    Guest busy = Guest.large(file -> BootSector.writing(file, 1792));
    Measured idle = measure(resting, new Shared(), plan, home.resolve("i"));
    Measured writing = measure(busy, new Shared(), plan, home.resolve("w"));
    Measured empty = measure(Guest.EMPTY, new Shared(), plan, home.resolve("e"));
    Measured withImage = measure(Guest.WITH_IMAGE, new WithImage(), few, home.resolve("s"));
    return List.of(
        idle.totals("migration of an idle guest", new Target.RatioAtMost(1.1)),
        idle.downtimes(),
        writing.totals("migration of a guest that writes to memory", new Target.RatioAtMost(1.1)),
        writing.downtimes(),
        empty.totals("migration of a guest with nothing in memory", new Target.None()),
        empty.downtimes(),
        withImage.totals("migration with an image of 2 GiB", new Target.ThroughputAtLeast(0.95)),
        withImage.downtimes());
  }

  private static Measured measure(Guest guest, Ways ways, Plan plan, Path home) throws Exception {
    Files.createDirectory(home);
    Path bareImage = home.resolve("bare.img");
    guest.disk().make(bareImage);
    Path first = Files.createDirectory(home.resolve("a"));
    LaunchRecord launch = record(first, guest.definition(bareImage));
    Measured measured = Measured.of(plan);
    try (Side here = Side.open(first);
        Side there = Side.open(Files.createDirectory(home.resolve("b")));
        BareMigration bare = new BareMigration(launch, bareImage, DOWNTIME, home.resolve("n"))) {
      Path image = here.images().resolve(IMAGE);
      guest.disk().make(image);
      BenchHost.define(here.host(), first, guest.definition(image));
      here.host().start(DOMAIN, StartMode.RUNNING, CallOptions.none());
      Side from = here;
      Side to = there;
      for (int round = 0; round < plan.rounds(); round++) {
        Tool.run("sync"); // what was written before is no part of it
        Stopwatch time = Stopwatch.start();
        MigrationResult result = ways.berth(from, to);
        measured.total().add(time.millis());
        measured.stood().add(result.downtime().orElseThrow().toMillis());
        awaitUndefined(from.host());
        ways.tidy(from);
        Tool.run("sync");
        BareMigration.Times times = ways.bare(bare);
        measured.bareTotal().add(times.total());
        measured.bareStood().add(times.downtime());
        Side next = from;
        from = to;
        to = next;
      }
      BenchHost.destroy(from.host(), DOMAIN);
    }
    return measured;
  }

  /** What comes back there needs its place. */
  private static void awaitUndefined(VmHost host) throws InterruptedException {
    while (!host.list().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** The image stays where it is. */
  private static final class Shared implements Ways {
    @Override
    public MigrationResult berth(Side from, Side to) {
      return migrate(from.host(), request(to));
    }

    @Override
    public void tidy(Side from) {}

    @Override
    public BareMigration.Times bare(BareMigration bare) throws IOException, InterruptedException {
      return bare.migrate();
    }
  }

  /** The image goes along. */
  private static final class WithImage implements Ways {
    @Override
    public MigrationResult berth(Side from, Side to) {
      return migrate(from.host(), request(to).with(StorageCopy.into(to.images())));
    }

    @Override
    public void tidy(Side from) throws IOException {
      Files.delete(from.images().resolve(IMAGE));
    }

    @Override
    public BareMigration.Times bare(BareMigration bare) throws IOException, InterruptedException {
      return bare.migrateWithImage();
    }
  }

  /** A boot sector, and behind it something of which no two blocks are alike. */
  private static void large(Path file) throws IOException {
    BootSector.resting(file, 2);
    byte[] chunk = new byte[CHUNK];
    Random random = new Random(CHUNK);
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.seek(CHUNK);
      while (image.length() < IMAGE_BYTES) {
        random.nextBytes(chunk);
        image.write(chunk);
      }
    }
  }

  /** The record of such a machine, which is ended again. */
  private static LaunchRecord record(Path home, String definition) {
    BenchHost hosts = new BenchHost(home);
    try (VmHost host = hosts.open()) {
      BenchHost.define(host, home, definition);
      host.start(DOMAIN, StartMode.PAUSED, CallOptions.none());
      host.await(DOMAIN, Set.of(DomainState.PAUSED), PATIENCE);
    }
    LaunchRecord launch = hosts.launches().get(0);
    try (VmHost host = hosts.open()) {
      host.await(DOMAIN, Set.of(DomainState.PAUSED), PATIENCE);
      BenchHost.destroy(host, DOMAIN);
    }
    return launch;
  }

  private static MigrationRequest request(Side to) {
    return new MigrationRequest(
        to.address(), Optional.empty(), Optional.of(DOWNTIME), Convergence.LEFT_TO_GUEST);
  }

  private static MigrationResult migrate(VmHost host, MigrationRequest request) {
    Job begun =
        host.migrations().migrate(DOMAIN, request, JobOptions.none(), CallOptions.within(PATIENCE));
    Job ended = host.awaitJob(begun.id(), PATIENCE);
    return MigrationResult.of(ended)
        .orElseThrow(() -> new IllegalStateException("a migration ended as " + ended));
  }
}
