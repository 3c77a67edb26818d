package dev.berth.bench;

import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Opening a host that finds 50 machines alive, against asking each of their monitors in turn. */
final class AdoptExperiment implements Experiment {
  private static final int MACHINES = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "adopt";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path home = directory.resolve("adopt");
    BenchHost hosts = new BenchHost(home);
    List<DomainRef> domains = startMachines(hosts, home);
    List<LaunchRecord> launches = hosts.launches();
    Series opened = plan.series();
    Series adopted = plan.series();
    Series bare = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      Stopwatch time = Stopwatch.start();
      try (VmHost host = hosts.open()) {
        opened.add(time.millis());
        awaitPaused(host, domains);
        adopted.add(time.millis());
      }
      bare.add(askEach(launches));
    }
    try (VmHost host = hosts.open()) {
      domains.forEach(domain -> BenchHost.destroy(host, domain));
    }
    return List.of(
        Result.alone(
            "open a host of " + MACHINES + " machines",
            Unit.MILLISECONDS,
            opened.estimate(),
            new Target.None()),
        Result.pairs(
            "adopt " + MACHINES + " machines, against asking each for its status",
            Unit.MILLISECONDS,
            adopted,
            bare,
            new Target.AtMost(1000, Unit.MILLISECONDS)));
  }

  private static List<DomainRef> startMachines(BenchHost hosts, Path home) {
    List<DomainRef> domains = new ArrayList<>();
    try (VmHost host = hosts.open()) {
      for (int number = 0; number < MACHINES; number++) {
        DomainRef domain = BenchHost.defineSmall(host, home, number);
        host.start(domain, StartMode.PAUSED, CallOptions.none());
        domains.add(domain);
      }
      awaitPaused(host, domains);
    }
    return domains;
  }

  /** The state is published only when QEMU has been asked. */
  private static void awaitPaused(VmHost host, List<DomainRef> domains) {
    for (DomainRef domain : domains) {
      host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
    }
  }

  private static double askEach(List<LaunchRecord> launches)
      throws IOException, InterruptedException {
    Stopwatch time = Stopwatch.start();
    for (LaunchRecord launch : launches) {
      try (BareMonitor monitor = BareMonitor.connect(launch.files().qmpSocket(), () -> false)) {
        monitor.execute("{\"execute\":\"query-status\"}");
      }
    }
    return time.millis();
  }
}
