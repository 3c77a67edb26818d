package dev.berth.testing;

import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All pretended machines of one test, living or not: what the kernel and the run directories know,
 * and what therefore survives every host process. Close it to end them. Thread-safe.
 */
public final class FakeMachines implements AutoCloseable {
  private final Path directory;
  private final Map<String, FakeMachine> machines = new ConcurrentHashMap<>();
  private final AtomicLong pids = new AtomicLong(1000);
  private volatile Consumer<FakeMachine> onStart = machine -> {};
  private volatile String version = "7.2.22";

  /** Machines with their files under that directory. */
  public FakeMachines(Path directory) {
    this.directory = directory;
    create(directory.resolve("run"));
    create(directory.resolve("log"));
  }

  /** From now on those that are planned are of that QEMU. */
  public void areOf(String qemu) {
    version = qemu;
  }

  /** What QEMU they are of. */
  String version() {
    return version;
  }

  /** What all their files are under. */
  public Path home() {
    return directory;
  }

  /** Where run directories are. */
  Path runDirectory(String incarnation) {
    return directory.resolve("run").resolve(incarnation.substring(0, 12));
  }

  /** Where the logs of a domain are. */
  Path logDirectory(String domain) {
    return directory.resolve("log").resolve(domain);
  }

  /** Has that done with each machine that is started from now on, before anybody reaches it. */
  public void onStart(Consumer<FakeMachine> work) {
    onStart = work;
  }

  /** Starts a process. */
  FakeMachine start(LaunchRecord launch) {
    create(launch.files().runDirectory());
    create(launch.files().logDirectory());
    FakeMachine machine = new FakeMachine(pids.incrementAndGet(), launch);
    onStart.accept(machine);
    machines.put(launch.incarnation(), machine);
    return machine;
  }

  /** The machine of that incarnation, if there ever was one. */
  public Optional<FakeMachine> find(String incarnation) {
    return Optional.ofNullable(machines.get(incarnation));
  }

  /** The living machine of that domain. */
  public FakeMachine of(String domain) {
    return living().stream()
        .filter(machine -> machine.launch().subject().name().text().equals(domain))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no machine of '" + domain + "' lives"));
  }

  /** Every machine there ever was. */
  public Collection<FakeMachine> all() {
    return List.copyOf(machines.values());
  }

  /** Every machine that lives. */
  public List<FakeMachine> living() {
    return machines.values().stream()
        .filter(machine -> machine.condition() != FakeMachine.Condition.GONE)
        .toList();
  }

  /** The run directories that exist. */
  public List<Path> runDirectories() {
    return list(directory.resolve("run"));
  }

  /** The log directories that exist. */
  public List<Path> logDirectories() {
    return list(directory.resolve("log"));
  }

  @Override
  public void close() {
    living().forEach(machine -> machine.die(ProcessExit.UNKNOWN));
  }

  static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> inside = Files.walk(tree)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> inside = Files.list(directory)) {
      return inside.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void create(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
