package dev.berth.engine;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.migration.HostFacts;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.thread.EngineThreads;
import dev.berth.engine.thread.TimerThread;
import dev.berth.engine.thread.Timers;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.image.ImageFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.qmp.QmpLoop;
import dev.berth.store.Store;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeLauncher;
import dev.berth.testing.FakeMachines;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;

/**
 * One host process: an engine on a given store and given machines, with its own threads. Closing it
 * leaves both alone.
 */
final class TestHost implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** The boot in which tests run. */
  static final String BOOT = "boot-1";

  /** Times short enough for tests. */
  static final EngineSettings SETTINGS =
      new EngineSettings(
          8,
          Duration.ofSeconds(20),
          Duration.ofMillis(300),
          Duration.ofMillis(200),
          Duration.ofSeconds(10),
          Duration.ZERO);

  /** This host's files; disks are served by nobody. */
  static JobFiles files() {
    return new JobFiles(
        new LocalDumpFiles(), new LocalBackupFiles(), new FakeServedDisks(), new LocalSaveFiles());
  }

  private final ExecutorService turns = Engine.driverThreads();
  private final QmpLoop loop = QmpLoop.start("berth-qmp", turns);
  private final FakeLauncher launcher;
  private final Engine engine;
  private final VmHost host;

  TestHost(Store store, FakeMachines machines) {
    this(store, machines, SETTINGS, port -> port);
  }

  TestHost(
      Store store,
      FakeMachines machines,
      EngineSettings settings,
      UnaryOperator<MachineLauncher> wrapped) {
    this(store, machines, settings, wrapped, Clock.systemUTC(), TimerThread.start(), BOOT);
  }

  TestHost(
      Store store,
      FakeMachines machines,
      EngineSettings settings,
      UnaryOperator<MachineLauncher> wrapped,
      Clock clock,
      Timers timers,
      String boot) {
    this(store, machines, settings, wrapped, files(), clock, timers, boot);
  }

  /** A host whose images are those. */
  TestHost(Store store, FakeMachines machines, ImageFiles images) {
    this(store, machines, images, BOOT);
  }

  /** The same in that boot of the machine that it runs on. */
  TestHost(Store store, FakeMachines machines, ImageFiles images, String boot) {
    this(
        store,
        machines,
        SETTINGS,
        port -> port,
        images,
        files(),
        Clock.systemUTC(),
        TimerThread.start(),
        boot);
  }

  TestHost(
      Store store,
      FakeMachines machines,
      EngineSettings settings,
      UnaryOperator<MachineLauncher> wrapped,
      JobFiles jobFiles,
      Clock clock,
      Timers timers,
      String boot) {
    this(store, machines, settings, wrapped, new FakeImageFiles(), jobFiles, clock, timers, boot);
  }

  TestHost(
      Store store,
      FakeMachines machines,
      EngineSettings settings,
      UnaryOperator<MachineLauncher> wrapped,
      ImageFiles images,
      JobFiles jobFiles,
      Clock clock,
      Timers timers,
      String boot) {
    this.launcher = new FakeLauncher(machines, loop);
    this.engine =
        Engine.open(
            store,
            wrapped.apply(launcher),
            images,
            jobFiles,
            turns,
            clock,
            timers,
            settings,
            new HostFacts("0.1.0-test", machines.home(), boot, List::of, Optional::empty));
    this.host = engine.as("test");
  }

  Engine engine() {
    return engine;
  }

  VmHost api() {
    return host;
  }

  FakeLauncher launcher() {
    return launcher;
  }

  // ---- short ways

  DefineResult define(String name) {
    return define(name, "64MiB");
  }

  DefineResult define(String name, String memory) {
    return host.define(document(name, memory), new DefineCondition.Always());
  }

  static DefinitionDocument document(String name, String memory) {
    return document("name: " + name + "\nmemory: " + memory + "\n");
  }

  static DefinitionDocument document(String text) {
    return new DefinitionDocument(text, "test.yaml", Path.of("/"));
  }

  DomainSnapshot domain(String name) {
    return host.domain(DomainRef.of(name));
  }

  VerbResult start(String name) {
    return host.start(DomainRef.of(name), StartMode.RUNNING, CallOptions.within(PATIENCE));
  }

  VerbResult destroy(String name) {
    return host.destroy(DomainRef.of(name), Duration.ofSeconds(10), CallOptions.within(PATIENCE));
  }

  DomainSnapshot await(String name, DomainState state) {
    return host.await(DomainRef.of(name), Set.of(state), PATIENCE);
  }

  /** Calls on a thread of its own. */
  static <T> CompletableFuture<T> async(Callable<T> call) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                outcome.complete(call.call());
              } catch (Exception e) {
                outcome.completeExceptionally(e);
              }
            },
            "caller");
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }

  /** Ends the connections as the kernel does when a process dies. */
  void hangUp() {
    loop.close();
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }

  void close(Duration patience) {
    engine.close(patience);
    loop.close();
    EngineThreads.end(turns);
  }
}
