package dev.berth.bench;

import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.FlightRecorder;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEvent;
import dev.berth.qmp.QmpEventListener;
import dev.berth.qmp.QmpLoop;
import dev.berth.qmp.QmpRecorder;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One QMP command and its reply: two monitors of one QEMU. */
final class MonitorExperiment implements Experiment {
  private static final int CALLS = 200;

  /** Ten thousand calls until the compilers are done with both ways. */
  private static final int WARM_UPS = 50;

  /** A pair takes some hundredths of a second, so there can be more of them than of others. */
  private static final int PAIRS_FOR_EACH = 5;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "monitor";
  }

  @Override
  public List<Result> run(Plan given, BenchDirectory directory) throws Exception {
    Plan plan = new Plan(WARM_UPS, PAIRS_FOR_EACH * given.pairs());
    Path home = Files.createDirectory(directory.resolve("monitor"));
    Path ours = home.resolve("a");
    Path theirs = home.resolve("b");
    ExecutorService callbacks = Executors.newSingleThreadExecutor();
    Process qemu = qemu(ours, theirs);
    try (QmpLoop loop = QmpLoop.start("bench-qmp", callbacks);
        QmpConnection connection = loop.connect(ours, PATIENCE, new Recorded()).get();
        BareMonitor monitor = BareMonitor.connect(theirs, qemu::isAlive)) {
      return List.of(measure(plan, connection, monitor));
    } finally {
      callbacks.shutdown();
      qemu.destroyForcibly().waitFor();
    }
  }

  private static Process qemu(Path first, Path second) throws IOException {
    return new ProcessBuilder(
            TestQemu.installed().emulator().toString(),
            "-M",
            "none",
            "-nodefaults",
            "-display",
            "none",
            "-qmp",
            "unix:" + first + ",server=on,wait=off",
            "-qmp",
            "unix:" + second + ",server=on,wait=off")
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD)
        .start();
  }

  private static Result measure(Plan plan, QmpConnection connection, BareMonitor monitor)
      throws IOException, InterruptedException {
    Series ours = plan.series();
    Series bare = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      Stopwatch ourTime = Stopwatch.start();
      for (int i = 0; i < CALLS; i++) {
        connection.execute(new QueryStatus(), Deadline.none());
      }
      ours.add(ourTime.millis() * 1000 / CALLS);
      Stopwatch bareTime = Stopwatch.start();
      for (int i = 0; i < CALLS; i++) {
        monitor.execute("{\"execute\":\"query-status\",\"id\":1}");
      }
      bare.add(bareTime.millis() * 1000 / CALLS);
    }
    return Result.pairs(
        "QMP round trip, against a blocking socket",
        Unit.MICROSECONDS,
        ours,
        bare,
        new Target.RatioAtMost(1.3));
  }

  /** As an engine's connections: the last messages are noted. */
  private static final class Recorded implements QmpEventListener {
    private final QmpRecorder recorder = new FlightRecorder(Clock.systemUTC());

    @Override
    public void event(QmpEvent event) {}

    @Override
    public QmpRecorder recorder() {
      return recorder;
    }
  }
}
