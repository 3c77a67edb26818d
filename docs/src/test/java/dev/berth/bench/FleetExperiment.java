package dev.berth.bench;

import dev.berth.control.ControlAccess;
import dev.berth.control.ControlServer;
import dev.berth.engine.Engine;
import dev.berth.engine.EngineSettings;
import dev.berth.engine.migration.HostFacts;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.qmp.QmpLoop;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * 1,000 machines on one engine: what each costs while nothing happens, and what the engine stands
 * when they all send events at once. The monitors are pretended, in a process of their own.
 */
final class FleetExperiment implements Experiment {
  private static final int MACHINES = 1000;
  private static final int EVENTS_EACH = 200;
  private static final int CALLS = 100;
  private static final long PATIENCE_SECONDS = 60;
  private static final double KIBIBYTE = 1024;

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public List<Result> run(Plan plan, BenchDirectory directory) throws Exception {
    Path sockets = Files.createDirectories(directory.resolve("fleet"));
    Process peer = startPeer(sockets);
    try (Closing drivers = new Closing(Engine.driverThreads());
        QmpLoop loop = QmpLoop.start("berth-qmp", drivers.threads())) {
      FleetLauncher launcher = new FleetLauncher(sockets, loop);
      Engine engine =
          Engine.open(
              new MemoryStore(),
              launcher,
              new FakeImageFiles(),
              drivers.threads(),
              Clock.systemUTC(),
              EngineSettings.DEFAULT,
              new HostFacts("bench", sockets, "", List::of, Optional::empty));
      try {
        List<Result> results =
            new ArrayList<>(measure(plan, engine.as("bench"), launcher, peer, sockets));
        results.addAll(measureCalls(plan, engine, sockets.resolve("control.sock")));
        return results;
      } finally {
        engine.close(Duration.ofSeconds(10));
      }
    } finally {
      peer.destroyForcibly().waitFor();
    }
  }

  private static List<Result> measure(
      Plan plan, VmHost host, FleetLauncher launcher, Process peer, Path sockets)
      throws IOException {
    List<DomainRef> domains = new ArrayList<>();
    for (int number = 0; number < MACHINES; number++) {
      domains.add(BenchHost.defineSmall(host, sockets, number));
    }
    Footprint defined = Footprint.now();
    for (DomainRef domain : domains) {
      host.start(domain, StartMode.RUNNING, CallOptions.none());
    }
    Footprint connected = Footprint.now();

    Series rate = plan.series();
    Series slowest = plan.series();
    for (int round = 0; round < plan.rounds(); round++) {
      Flood flood = flood(host, launcher, peer);
      rate.add(flood.perSecond());
      slowest.add(flood.slowListMillis());
    }
    return List.of(
        Result.alone(
            "memory of each of " + MACHINES + " machines, buffers included",
            Unit.KIBIBYTES,
            Estimate.exactly((connected.bytes() - defined.bytes()) / KIBIBYTE / MACHINES),
            new Target.AtMost(40, Unit.KIBIBYTES)),
        Result.alone(
            "threads that all of them add",
            Unit.THREADS,
            Estimate.exactly(Math.max(0, connected.threads() - defined.threads())),
            new Target.AtMost(MACHINES / 100.0, Unit.THREADS)),
        Result.alone(
            "events of all of them",
            Unit.PER_SECOND,
            rate.estimate(),
            new Target.AtLeast(100_000, Unit.PER_SECOND)),
        Result.alone(
            "events lost of " + (long) MACHINES * EVENTS_EACH * plan.rounds(),
            Unit.COUNT,
            Estimate.exactly(launcher.missed()),
            new Target.AtMost(0, Unit.COUNT)),
        Result.alone(
            "99 of 100 lists meanwhile take at most",
            Unit.MILLISECONDS,
            slowest.estimate(),
            new Target.AtMost(20, Unit.MILLISECONDS)));
  }

  /** Calls that wait for no machine, in this JVM and over a control socket. */
  private static List<Result> measureCalls(Plan plan, Engine engine, Path socket) {
    VmHost host = engine.as("bench");
    DomainRef one = DomainRef.of(host.list().get(0).name());
    Series lists = plan.series();
    Series overhead = plan.series();
    var server =
        new ControlServer(
            engine::as, socket, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE);
    server.start();
    try (server;
        VmHost remote = VmHost.connect(URI.create("unix:" + socket))) {
      for (int round = 0; round < plan.rounds(); round++) {
        lists.add(millisEach(host::list));
        double inside = millisEach(() -> host.domain(one));
        overhead.add((millisEach(() -> remote.domain(one)) - inside) * 1000);
      }
    }
    return List.of(
        Result.alone(
            "list of " + MACHINES + " domains",
            Unit.MILLISECONDS,
            lists.estimate(),
            new Target.AtMost(2, Unit.MILLISECONDS)),
        Result.alone(
            "what the control socket adds to a call",
            Unit.MICROSECONDS,
            overhead.estimate(),
            new Target.AtMost(200, Unit.MICROSECONDS)));
  }

  private static double millisEach(Runnable call) {
    Stopwatch time = Stopwatch.start();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return time.millis() / CALLS;
  }

  private record Flood(double perSecond, double slowListMillis) {}

  /** Every machine sends its events; lists are asked for, one each millisecond, until all came. */
  private static Flood flood(VmHost host, FleetLauncher launcher, Process peer) throws IOException {
    long wanted = launcher.events() + launcher.missed() + (long) MACHINES * EVENTS_EACH;
    List<Double> lists = new ArrayList<>();
    Stopwatch time = Stopwatch.start();
    peer.outputWriter().write(EVENTS_EACH + "\n");
    peer.outputWriter().flush();
    while (launcher.events() + launcher.missed() < wanted) {
      if (time.millis() > TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)) {
        throw new IOException("events do not come");
      }
      Stopwatch one = Stopwatch.start();
      host.list();
      lists.add(one.millis());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    double millis = time.millis();
    double[] sorted = lists.stream().mapToDouble(each -> each).sorted().toArray();
    double p99 = sorted[(int) Math.ceil(sorted.length * 0.99) - 1];
    return new Flood(MACHINES * EVENTS_EACH * 1000.0 / millis, p99);
  }

  private static Process startPeer(Path sockets) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            FleetPeer.class.getName(),
            sockets.toString(),
            Integer.toString(MACHINES));
    Process peer =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Optional<String> word = Optional.ofNullable(peer.inputReader().readLine());
    if (!word.equals(Optional.of("ready"))) {
      peer.destroyForcibly();
      throw new IOException("the peer of the fleet did not start");
    }
    return peer;
  }

  /** What this JVM has, after its garbage is gone. */
  private record Footprint(long bytes, int threads) {
    static Footprint now() {
      long heap = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        System.gc();
        heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      }
      long direct =
          ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
              .mapToLong(BufferPoolMXBean::getMemoryUsed)
              .sum();
      return new Footprint(heap + direct, ManagementFactory.getThreadMXBean().getThreadCount());
    }
  }

  private record Closing(ExecutorService threads) implements AutoCloseable {
    @Override
    public void close() {
      threads.shutdownNow();
    }
  }
}
