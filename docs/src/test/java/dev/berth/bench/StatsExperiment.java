package dev.berth.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.berth.config.Berth;
import dev.berth.config.HostSettings;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * 200 machines with a real QEMU each, whose guests stand, in a host in this JVM: what asking for
 * their figures takes, also while one of them is under SIGSTOP, and what taking them costs.
 */
final class StatsExperiment implements Experiment {
  private static final int MACHINES = 200;
  private static final int CALLS = 100;
  private static final int QUIET_SECONDS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "stats";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path home = directory.resolve("stats");
    try {
      List<Result> results = new ArrayList<>(figures(plan, home));
      try (VmHost host = open(home, "off")) {
        List<DomainRef> domains = adopted(host);
        results.add(percent("CPU of the same with sampling off", quiet()));
        results.addAll(deaths(plan, host, domains));
      }
      return results;
    } finally {
      try (VmHost host = open(home, "off")) {
        host.list().forEach(domain -> BenchHost.destroy(host, DomainRef.of(domain.name())));
      }
    }
  }

  private static List<Result> figures(Plan plan, Path home) throws Exception {
    try (VmHost host = open(home, "5s")) {
      List<DomainRef> domains = new ArrayList<>();
      for (int number = 0; number < MACHINES; number++) {
        DomainRef domain = BenchHost.defineSmall(host, home, number);
        host.start(domain, StartMode.PAUSED, CallOptions.none());
        domains.add(domain);
      }
      awaitFigures(host);
      List<Result> results = new ArrayList<>(calls(plan, host, pid(host, domains.get(0))));
      results.add(
          percent("CPU of one host process that samples " + MACHINES + " machines", quiet()));
      return results;
    }
  }

  private static VmHost open(Path home, String sampling) {
    Map<String, String> environment =
        Map.of("PATH", System.getenv("PATH"), "BERTH_SAMPLING", sampling);
    return Berth.open(HostSettings.read(Optional.of(home), environment, 0, Map.of()));
  }

  private static List<Result> calls(Plan plan, VmHost host, long stopped) throws Exception {
    Series quiet = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      quiet.add(slowestOf(host::stats));
    }
    Series withOne = plan.series();
    signal("STOP", stopped);
    try {
      for (int round = 0; round < plan.rounds(); round++) {
        withOne.add(slowestOf(host::stats));
      }
    } finally {
      signal("CONT", stopped);
    }
    return List.of(
        Result.alone(
            "99 of 100 stats of " + MACHINES + " machines take at most",
            Unit.MILLISECONDS,
            quiet.estimate(),
            new Target.AtMost(20, Unit.MILLISECONDS)),
        Result.alone(
            "the same with one of them under SIGSTOP",
            Unit.MILLISECONDS,
            withOne.estimate(),
            new Target.AtMost(50, Unit.MILLISECONDS)));
  }

  /** One machine is under SIGSTOP and being destroyed, another one's QEMU is killed. */
  private static List<Result> deaths(Plan plan, VmHost host, List<DomainRef> domains)
      throws Exception {
    Series lists = plan.series();
    Series reported = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      DomainRef slow = domains.get(2 * round);
      DomainRef killed = domains.get(2 * round + 1);
      signal("STOP", pid(host, slow));
      CompletableFuture<Void> destroy =
          CompletableFuture.runAsync(() -> BenchHost.destroy(host, slow));
      Stopwatch time = Stopwatch.start();
      signal("KILL", pid(host, killed));
      host.await(killed, Set.of(DomainState.SHUTOFF), PATIENCE);
      reported.add(time.millis());
      lists.add(slowestOf(host::list));
      destroy.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    return List.of(
        Result.alone(
            "99 of 100 lists take at most, while a stopped machine is destroyed",
            Unit.MILLISECONDS,
            lists.estimate(),
            new Target.AtMost(50, Unit.MILLISECONDS)),
        Result.alone(
            "from the kill of a QEMU to its domain's shutoff meanwhile",
            Unit.MILLISECONDS,
            reported.estimate(),
            new Target.AtMost(1000, Unit.MILLISECONDS)));
  }

  /** The slowest but one of a hundred calls, one each millisecond. */
  private static double slowestOf(Runnable call) {
    double[] millis = new double[CALLS];
    for (int i = 0; i < CALLS; i++) {
      Stopwatch time = Stopwatch.start();
      call.run();
      millis[i] = time.millis();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    Arrays.sort(millis);
    return millis[CALLS - 2];
  }

  private static void awaitFigures(VmHost host) throws InterruptedException {
    while (host.stats().stream()
        .anyMatch(stats -> stats.machine().flatMap(it -> it.qemu()).isEmpty())) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static List<DomainRef> adopted(VmHost host) {
    List<DomainRef> domains =
        host.list().stream().map(domain -> DomainRef.of(domain.name())).toList();
    domains.forEach(domain -> host.await(domain, Set.of(DomainState.PAUSED), PATIENCE));
    return domains;
  }

  /**
   * How much of one CPU this process uses while nobody asks it anything, once it has settled from
   * what was before.
   */
  private static double quiet() throws InterruptedException {
    TimeUnit.SECONDS.sleep(QUIET_SECONDS);
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    TimeUnit.SECONDS.sleep(QUIET_SECONDS);
    return 100.0 * (system.getProcessCpuTime() - before) / TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
  }

  private static Result percent(String what, double percent) {
    return Result.alone(what, Unit.PERCENT, Estimate.exactly(percent), new Target.None());
  }

  private static long pid(VmHost host, DomainRef domain) {
    return host.domain(domain).machine().orElseThrow().pid().orElseThrow();
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + name + " " + pid + " failed");
    }
  }
}
