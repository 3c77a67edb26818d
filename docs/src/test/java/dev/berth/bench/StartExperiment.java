package dev.berth.bench;

import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Starting and destroying a machine, by Berth and as a script would. */
final class StartExperiment implements Experiment {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long DISK_BYTES = 64L << 20;

  /**
   * A start runs much code once, of the store too: its time falls until about 80 have been made.
   */
  private static final int WARM_UPS_TIMES = 3;

  private static final String DEFINITION =
      """
      name: bench
      memory: 64MiB
      disks:
        - {name: root, file: root.img, format: raw}
      nics:
        - {name: net0}
      """;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public List<Result> run(Plan given, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(WARM_UPS_TIMES * given.warmUps(), given.pairs());
    Path home = directory.resolve("start");
    makeDisk(home);
    BenchHost hosts = new BenchHost(home);
    LaunchRecord launch = recordLaunch(hosts, home);
    BareMachine bare = BareMachine.fromCommandLine(launch);
    BareMachine assembled = BareMachine.assembledOverQmp(launch);
    Times ours = new Times(plan);
    Times bareTimes = new Times(plan);
    Times assembledTimes = new Times(plan);
    try (VmHost host = hosts.open()) {
      DomainRef domain = DomainRef.of("bench");
      BenchHost.destroy(host, domain);
      for (int round = 0; round < plan.rounds(); round++) {
        ours.start().add(startMillis(host, domain));
        ours.destroy().add(destroyMillis(host, domain));
        bareTimes.take(bare);
        assembledTimes.take(assembled);
      }
    }
    return List.of(
        Result.pairs(
            "start to running, against everything on the command line",
            Unit.MILLISECONDS,
            ours.start(),
            bareTimes.start(),
            new Target.RatioAtMost(1.5)),
        Result.pairs(
            "start to running, against the same QMP commands",
            Unit.MILLISECONDS,
            ours.start(),
            assembledTimes.start(),
            new Target.None()),
        Result.pairs(
            "the first starts of a process, against everything on the command line",
            Unit.MILLISECONDS,
            ours.start().first(),
            bareTimes.start().first(),
            new Target.None()),
        Result.pairs(
            "clean destroy, against SIGTERM and wait",
            Unit.MILLISECONDS,
            ours.destroy(),
            bareTimes.destroy(),
            new Target.AtMost(100, Unit.MILLISECONDS)));
  }

  private static void makeDisk(Path home) throws IOException {
    Files.createDirectories(home);
    try (RandomAccessFile disk = new RandomAccessFile(home.resolve("root.img").toFile(), "rw")) {
      disk.setLength(DISK_BYTES);
    }
  }

  /** Starts the domain once, to have its launch record; leaves it to be adopted and destroyed. */
  private static LaunchRecord recordLaunch(BenchHost hosts, Path home) {
    try (VmHost host = hosts.open()) {
      DomainRef domain = BenchHost.define(host, home, DEFINITION);
      host.start(domain, StartMode.PAUSED, CallOptions.none());
      host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
    }
    return hosts.launches().get(0);
  }

  private static double startMillis(VmHost host, DomainRef domain) {
    Stopwatch time = Stopwatch.start();
    host.start(domain, StartMode.RUNNING, CallOptions.none());
    return time.millis();
  }

  private static double destroyMillis(VmHost host, DomainRef domain) {
    Stopwatch time = Stopwatch.start();
    BenchHost.destroy(host, domain);
    return time.millis();
  }

  private record Times(Series start, Series destroy) {
    Times(Plan plan) {
      this(plan.series(), plan.series());
    }

    void take(BareMachine machine) throws IOException, InterruptedException {
      start.add(machine.startMillis());
      destroy.add(machine.destroyMillis());
    }
  }
}
