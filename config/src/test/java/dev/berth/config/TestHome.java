package dev.berth.config;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A host's home for a test: opens hosts on it, defines machines there, and clears it away. */
final class TestHome {
  /** For whatever must happen in the end; far longer than anything takes. */
  static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Every state but {@code adopting}. */
  static final Set<DomainState> SETTLED =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(DomainState.ADOPTING)));

  static final Set<DomainState> OFF = Set.of(DomainState.SHUTOFF);
  static final Set<DomainState> RUNNING = Set.of(DomainState.RUNNING);

  private static final Path SHARED_CACHE = Path.of("target", "qemu-cache").toAbsolutePath();
  static final Duration GRACE = Duration.ofSeconds(10);

  private final Path directory;
  private final HomeLayout layout;

  TestHome(Path directory) {
    this(directory, directory);
  }

  private TestHome(Path directory, Path machines) {
    HomeLayout usual = HomeLayout.under(directory);
    this.directory = directory;
    this.layout =
        new HomeLayout(
            usual.home(),
            machines.resolve("run"),
            machines.resolve("log"),
            SHARED_CACHE,
            usual.controlSocket(),
            usual.settingsFile());
  }

  /** A home whose machines have their files elsewhere, so that its disk can be taken away. */
  static TestHome apartFromItsMachines(Path directory, Path machines) {
    return new TestHome(directory, machines);
  }

  Path directory() {
    return directory;
  }

  VmHost open() {
    return Berth.open(settings());
  }

  /**
   * What a host is opened with here: the defaults, save that all homes share what was found out
   * about QEMU, which takes most of a second each time.
   */
  HostSettings settings() {
    HostSettings usual = HostSettings.under(directory);
    HostSettings settings =
        new HostSettings(
                layout,
                usual.qemuBinaries(),
                usual.searchPath(),
                usual.engine(),
                usual.eventsKept(),
                usual.eventAge(),
                usual.access(),
                usual.control())
            .migration(usual.migration());
    return usual.listen().map(settings::listen).orElse(settings);
  }

  /** Adds a line to the settings that the next host is opened with. */
  void set(String key, String value) {
    try {
      Files.writeString(
          layout.settingsFile(),
          key + ": " + value + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new AssertionError("cannot write the settings of " + directory, e);
    }
  }

  /** Defines a domain from its name and further lines of YAML. */
  DefineResult define(VmHost host, String name, String... lines) {
    String document = "name: " + name + "\n" + String.join("\n", lines) + "\n";
    return host.define(
        new DefinitionDocument(document, name + ".yaml", directory), new DefineCondition.Always());
  }

  /** A small machine without anything to boot: its firmware runs and finds nothing. */
  DomainRef defineIdle(VmHost host, String name) {
    define(host, name, "memory: 64MiB");
    return DomainRef.of(name);
  }

  /** A small machine that has not run an instruction yet. */
  DomainSnapshot startIdle(VmHost host, String name) {
    DomainRef domain = defineIdle(host, name);
    return host.start(domain, StartMode.PAUSED, CallOptions.none()).snapshot();
  }

  /** A small machine with that disk, in which nothing happens but what its firmware does. */
  void runWithoutGuest(VmHost host, String name, Path image) {
    String disk = "  - {name: data, file: " + image + ", format: raw}";
    define(host, name, "memory: 64MiB", "disks:", disk);
    host.start(DomainRef.of(name), StartMode.RUNNING, CallOptions.within(PATIENCE));
  }

  /** The example guest with these switches on its kernel command line. */
  DomainRef defineGuest(VmHost host, String name, String... switches) {
    return defineGuestOn(host, name, "q35", switches);
  }

  /** The same on a machine of that type. */
  DomainRef defineGuestOn(VmHost host, String name, String machine, String... switches) {
    return defineGuestWith(host, name, "machine: " + machine + "\nmemory: 128MiB", switches);
  }

  /** The same with those keys of its own. */
  DomainRef defineGuestWith(VmHost host, String name, String keys, String... switches) {
    TestGuest guest = TestGuest.locate();
    define(
        host,
        name,
        keys,
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline(switches));
    return DomainRef.of(name);
  }

  /** The domain once the host knows what has become of it. */
  static DomainSnapshot settled(VmHost host, DomainRef domain) {
    return host.await(domain, SETTLED, PATIENCE);
  }

  /** Run directories that are left of machines. */
  List<Path> runDirectories() {
    Path run = layout.runDirectory();
    if (!Files.exists(run)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(run)) {
      return entries.toList();
    } catch (IOException e) {
      throw new AssertionError("cannot list " + run, e);
    }
  }

  /** Removes a directory with all that is in it. */
  static void delete(Path tree) throws IOException {
    MoreFiles.deleteRecursively(tree, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  /** The ids of all launches that have a run directory. */
  List<String> incarnations() {
    try (Stream<Path> entries = Files.walk(layout.runDirectory(), 2)) {
      return entries
          .map(layout.runDirectory()::relativize)
          .filter(path -> path.getNameCount() == 2)
          .map(path -> path.getFileName().toString())
          .toList();
    } catch (IOException e) {
      throw new AssertionError("cannot look at the run directories of " + directory, e);
    }
  }

  /** Ends every machine of this home, each of which has a run directory. */
  void clear() {
    if (runDirectories().isEmpty()) {
      return;
    }
    try (VmHost host = open()) {
      endMachines(host);
    }
  }

  /** Ends every machine of a host. */
  static void endMachines(VmHost host) {
    for (DomainSnapshot domain : host.list()) {
      host.destroy(DomainRef.of(domain.name()), GRACE, CallOptions.none());
    }
  }
}
