package dev.berth.bench;

import dev.berth.backup.CheckpointName;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A checkpoint of a domain with many disks, begun and deleted again. Its guest stands. */
final class CheckpointExperiment implements Experiment {
  private static final int DISKS = 10;
  private static final CheckpointName FIRST = new CheckpointName("first");
  private static final CheckpointName NEXT = new CheckpointName("next");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "checkpoint";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path home = Files.createDirectory(directory.resolve("checkpoint"));
    BenchHost hosts = new BenchHost(home);
    Series begun = plan.series();
    Series deleted = plan.series();
    try (VmHost host = hosts.open()) {
      DomainRef domain = BenchHost.define(host, home, definition(home));
      host.start(domain, StartMode.PAUSED, CallOptions.none());
      host.await(domain, Set.of(DomainState.PAUSED), PATIENCE);
      host.backups().createCheckpoint(domain, FIRST, Set.of(), CallOptions.none());
      for (int round = 0; round < plan.rounds(); round++) {
        Stopwatch create = Stopwatch.start();
        host.backups().createCheckpoint(domain, NEXT, Set.of(), CallOptions.none());
        begun.add(create.millis());
        Stopwatch delete = Stopwatch.start();
        host.backups().deleteCheckpoint(domain, NEXT, CallOptions.none());
        deleted.add(delete.millis());
      }
      BenchHost.destroy(host, domain);
    }
    return List.of(
        result("a checkpoint of " + DISKS + " disks begins", begun),
        result("it is deleted, into the one before", deleted));
  }

  private static Result result(String what, Series series) {
    return Result.alone(what, Unit.MILLISECONDS, series.estimate(), new Target.None());
  }

  private static String definition(Path home) throws IOException, InterruptedException {
    StringBuilder disks = new StringBuilder();
    for (int i = 0; i < DISKS; i++) {
      String name = "vd" + (char) ('a' + i);
      Tool.run(
          "qemu-img",
          "create",
          "-q",
          "-f",
          "qcow2",
          home.resolve(name + ".qcow2").toString(),
          "1G");
      disks.append("  - {name: %s, file: %s.qcow2, format: qcow2}\n".formatted(name, name));
    }
    return BenchHost.small(0) + "disks:\n" + disks;
  }
}
