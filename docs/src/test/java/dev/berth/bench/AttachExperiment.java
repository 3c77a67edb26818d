package dev.berth.bench;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.LaunchRecord;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A disk that is attached to a machine that was just made, whose guest stands, against the same
 * commands sent to an equal one by the least that can send them.
 */
final class AttachExperiment implements Experiment {
  private static final int DISK_BYTES = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "attach";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path home = Files.createDirectory(directory.resolve("attach"));
    try (RandomAccessFile disk = new RandomAccessFile(home.resolve("data.img").toFile(), "rw")) {
      disk.setLength(DISK_BYTES);
    }
    BenchHost hosts = new BenchHost(home);
    DomainRef domain = start(hosts, home);
    LaunchRecord before = hosts.launches().get(0);
    attachAndLeave(hosts, home, domain);
    List<AssemblyStep> after = hosts.launches().get(0).assembly();
    List<AssemblyStep> steps = after.subList(before.assembly().size(), after.size());
    BareMachine bareMachine = BareMachine.fromCommandLine(before);
    Series ours = plan.series();
    Series bare = plan.series();
    Series beyond = plan.series();
    try (VmHost host = hosts.open()) {
      BenchHost.destroy(host, domain);
      for (int round = 0; round < plan.rounds(); round++) {
        host.start(domain, StartMode.PAUSED, CallOptions.none());
        double attached = attachMillis(host, home, domain);
        BenchHost.destroy(host, domain);
        double sent = bareMachine.stepsMillis(steps);
        ours.add(attached);
        bare.add(sent);
        beyond.add(attached - sent);
      }
    }
    return List.of(
        Result.pairs(
            "attach a disk, against the same QMP commands",
            Unit.MILLISECONDS,
            ours,
            bare,
            new Target.None()),
        Result.alone(
            "what Berth adds to these commands",
            Unit.MILLISECONDS,
            beyond.estimate(),
            new Target.AtMost(10, Unit.MILLISECONDS)));
  }

  private static DomainRef start(BenchHost hosts, Path home) {
    try (VmHost host = hosts.open()) {
      DomainRef domain = BenchHost.defineSmall(host, home, 0);
      host.start(domain, StartMode.PAUSED, CallOptions.none());
      return domain;
    }
  }

  /** Attaches it once, to have the steps on record. */
  private static void attachAndLeave(BenchHost hosts, Path home, DomainRef domain) {
    try (VmHost host = hosts.open()) {
      host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
      attachMillis(host, home, domain);
    }
  }

  private static double attachMillis(VmHost host, Path home, DomainRef domain) {
    var disk =
        new DefinitionDocument("{name: data, file: data.img, format: raw}", "bench.yaml", home);
    Stopwatch time = Stopwatch.start();
    host.attachDisk(domain, disk, EditScope.LIVE, CallOptions.none());
    return time.millis();
  }
}
