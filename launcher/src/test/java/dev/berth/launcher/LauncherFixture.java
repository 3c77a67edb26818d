package dev.berth.launcher;

import dev.berth.definition.DomainDefinition;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.HeldResources;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A launcher with all it needs, in a directory of its own; closing it ends what it launched. */
final class LauncherFixture implements AutoCloseable {
  static final UUID DOMAIN = UUID.fromString("6a2c3b44-0000-4000-8000-000000000001");
  static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path SHARED_CACHE = Path.of("target", "qemu-cache").toAbsolutePath();

  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-test-callbacks"));
  private final QmpLoop loop = QmpLoop.start("berth-test-qmp", callbacks);
  private final QemuLauncher launcher;
  private final List<LaunchRecord> launches = new ArrayList<>();

  private LauncherFixture(LauncherSettings settings) {
    launcher = QemuLauncher.start(settings, loop, callbacks);
  }

  /** A launcher with the installed QEMU. */
  static LauncherFixture in(Path home) {
    return with(settings(home));
  }

  static LauncherFixture with(LauncherSettings settings) {
    return new LauncherFixture(settings);
  }

  /**
   * Everything below that directory, save that all share what was found out about QEMU, which takes
   * most of a second each time.
   */
  static LauncherSettings settings(Path home) {
    LauncherSettings apart = settingsApart(home);
    return new LauncherSettings(
        apart.runDirectory(),
        apart.logDirectory(),
        apart.variablesDirectory(),
        SHARED_CACHE,
        apart.qemuBinaries(),
        apart.searchPath(),
        apart.kvmTestLimit());
  }

  /** The same with what is found out below that directory as well. */
  static LauncherSettings settingsApart(Path home) {
    return LauncherSettings.under(home, System.getenv("PATH"));
  }

  QemuLauncher launcher() {
    return launcher;
  }

  QmpLoop loop() {
    return loop;
  }

  LaunchRecord plan(DomainDefinition definition) {
    LaunchRecord launch =
        launcher.plan(definition.uuid().orElse(DOMAIN), 1, definition, HeldResources.none());
    launches.add(launch);
    return launch;
  }

  /** Makes the fixture end the launch's processes when it is closed. */
  LaunchRecord owning(LaunchRecord launch) {
    launches.add(launch);
    return launch;
  }

  Machine launch(DomainDefinition definition) throws InterruptedException {
    return launcher.launch(
        plan(definition), HeldResources.none(), () -> {}, event -> {}, Deadline.of(LIMIT));
  }

  /** The process of an identity that must be alive. */
  QemuProcess alive(LaunchRecord launch) {
    if (launcher.identify(launch) instanceof Identity.Alive alive) {
      return alive.process();
    }
    throw new AssertionError("not alive: " + launcher.identify(launch));
  }

  /** Waits until the condition holds. */
  static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  static void awaitText(Path file, String text) {
    await(file + " has '" + text + "'", () -> text(file).contains(text));
  }

  static String text(Path file) {
    try {
      return Files.exists(file)
          ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
          : "";
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  /** Files that a launch passes, for assertions. */
  static List<Path> passedFiles(LaunchRecord launch) {
    return launch.assembly().stream()
        .filter(step -> step instanceof AssemblyStep.PassFile)
        .map(step -> ((AssemblyStep.PassFile) step).file())
        .toList();
  }

  /** Closes launcher and loop, as a host that goes away; machines run on, for others to end. */
  void leave() {
    launches.clear();
    launcher.close();
    loop.close();
    callbacks.shutdown();
  }

  @Override
  public void close() {
    launches.forEach(launcher::abort);
    leave();
  }
}
