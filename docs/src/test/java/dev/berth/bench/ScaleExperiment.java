package dev.berth.bench;

import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Memory and threads of a daemon, without machines and with 50. */
final class ScaleExperiment implements Experiment {
  private static final int MACHINES = 50;

  /** Some heartbeats of every machine, and time for what a start leaves to be given back. */
  private static final int SETTLING_SECONDS = 20;

  private static final int LISTS = 200;

  @Override
  public String name() {
    return "scale";
  }

  /** Reads figures, so a plan's rounds do not matter. */
  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    try (BenchDaemon daemon = BenchDaemon.start(directory.resolve("scale"))) {
      VmHost host = daemon.host();
      Footprint without = settle(host);
      List<DomainRef> domains = new ArrayList<>();
      for (int number = 0; number < MACHINES; number++) {
        DomainRef domain = BenchHost.defineSmall(host, daemon.home(), number);
        host.start(domain, StartMode.PAUSED, CallOptions.none());
        domains.add(domain);
      }
      Footprint with = settle(host);
      domains.forEach(domain -> BenchHost.destroy(host, domain));
      return List.of(
          memory("memory of a daemon without machines", without.residentMebibytes(), 200),
          memory("memory of it with " + MACHINES, with.residentMebibytes(), 200),
          memory("the most it ever had", with.peakMebibytes(), 200),
          threads("threads of a daemon without machines", without, new Target.None()),
          threads(
              "threads of it with " + MACHINES,
              with,
              new Target.AtMost(without.threads() + MACHINES / 10.0, Unit.THREADS)));
    }
  }

  private static Footprint settle(VmHost host) throws IOException, InterruptedException {
    for (int i = 0; i < LISTS; i++) {
      host.list();
    }
    TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
    return Footprint.of(host.info().pid());
  }

  private static Result memory(String what, double mebibytes, double limit) {
    return Result.alone(
        what,
        Unit.MEBIBYTES,
        Estimate.exactly(mebibytes),
        new Target.AtMost(limit, Unit.MEBIBYTES));
  }

  private static Result threads(String what, Footprint footprint, Target target) {
    return Result.alone(what, Unit.THREADS, Estimate.exactly(footprint.threads()), target);
  }

  /** What the kernel says of a process. */
  private record Footprint(double residentMebibytes, double peakMebibytes, double threads) {
    static Footprint of(long pid) throws IOException {
      List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
      return new Footprint(
          number(status, "VmRSS:") / 1024,
          number(status, "VmHWM:") / 1024,
          number(status, "Threads:"));
    }

    private static double number(List<String> status, String key) {
      return status.stream()
          .filter(line -> line.startsWith(key))
          .mapToDouble(line -> Double.parseDouble(line.split("\\s+")[1]))
          .findFirst()
          .orElseThrow();
    }
  }
}
