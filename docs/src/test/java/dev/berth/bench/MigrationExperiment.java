package dev.berth.bench;

import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.control.ControlAccess;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.job.MigrationResult;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Migrations between two hosts on this machine, there and back, of a guest that does nothing and of
 * one that writes to its memory all the time, against the same by bare QMP.
 */
final class MigrationExperiment implements Experiment {
  private static final int MOST_WARM_UPS = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final DomainRef DOMAIN = DomainRef.of("bench");
  private static final String DEFINITION =
      "name: bench\nmemory: 256MiB\ndisks: [{name: vda, file: %s, format: raw}]\n";

  private interface Disk {
    void make(Path file) throws IOException;
  }

  /** One host at its control socket. */
  private record Side(VmHost host, URI address) implements AutoCloseable {
    static Side open(Path home) {
      Path socket = home.resolve("s");
      return new Side(
          Berth.open(HostSettings.under(home).control(socket, ControlAccess.OWNER_ONLY)),
          URI.create("unix:" + socket));
    }

    @Override
    public void close() {
      host.close();
    }
  }

  @Override
  public String name() {
    return "migration";
  }

  @Override
  public List<Result> run(Plan wanted, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(Math.min(wanted.warmUps(), MOST_WARM_UPS), wanted.pairs());
    Path home = Files.createDirectory(directory.resolve("m"));
    List<Result> idle = measure("an idle guest", BootSector::resting, plan, home.resolve("i"));
    List<Result> busy =
        measure("a guest that writes to its memory", BootSector::writing, plan, home.resolve("w"));
    return List.of(idle.get(0), idle.get(1), busy.get(0), busy.get(1));
  }

  private static List<Result> measure(String guest, Disk disk, Plan plan, Path home)
      throws Exception {
    Files.createDirectory(home);
    Path image = home.resolve("guest.img");
    Path bareImage = home.resolve("bare.img");
    disk.make(image);
    disk.make(bareImage);
    Series total = plan.series();
    Series downtime = plan.series();
    Series bareTotal = plan.series();
    Series bareDowntime = plan.series();
    Path first = Files.createDirectory(home.resolve("a"));
    LaunchRecord launch = record(first, bareImage);
    try (Side here = Side.open(first);
        Side there = Side.open(Files.createDirectory(home.resolve("b")));
        BareMigration bare = new BareMigration(launch, home.resolve("n"))) {
      start(here.host(), first, image);
      Side from = here;
      Side to = there;
      for (int round = 0; round < plan.rounds(); round++) {
        Stopwatch time = Stopwatch.start();
        MigrationResult result = migrate(from.host(), to.address());
        total.add(time.millis());
        downtime.add(result.downtime().orElseThrow().toMillis());
        BareMigration.Times bareTimes = bare.migrate();
        bareTotal.add(bareTimes.total());
        bareDowntime.add(bareTimes.downtime());
        Side next = from;
        from = to;
        to = next;
      }
      BenchHost.destroy(from.host(), DOMAIN);
    }
    return List.of(
        Result.pairs(
            "migration of " + guest + ", against bare QMP",
            Unit.MILLISECONDS,
            total,
            bareTotal,
            new Target.RatioAtMost(1.1)),
        Result.pairs(
            "for how long that guest stands",
            Unit.MILLISECONDS,
            downtime,
            bareDowntime,
            new Target.RatioOrMore(1.1, 20)));
  }

  /** The record of such a machine, which is ended again. */
  private static LaunchRecord record(Path home, Path image) {
    BenchHost hosts = new BenchHost(home);
    try (VmHost host = hosts.open()) {
      BenchHost.define(host, home, DEFINITION.formatted(image));
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

  private static void start(VmHost host, Path home, Path image) {
    BenchHost.define(host, home, DEFINITION.formatted(image));
    host.start(DOMAIN, StartMode.RUNNING, CallOptions.none());
  }

  private static MigrationResult migrate(VmHost host, URI target) {
    Job begun =
        host.migrations()
            .migrate(
                DOMAIN,
                MigrationRequest.to(target),
                JobOptions.none(),
                CallOptions.within(PATIENCE));
    Job ended = host.awaitJob(begun.id(), PATIENCE);
    return MigrationResult.of(ended)
        .orElseThrow(() -> new IllegalStateException("a migration ended as " + ended));
  }
}
