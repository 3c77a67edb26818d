package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.HoldingStore.Point;
import dev.berth.host.VmHost;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One of two hosts between which a guest goes: a daemon in a process of its own, which other hosts
 * reach through a proxy, or over a network. Not thread-safe; whoever made it closes it.
 */
final class MigrationSite implements Closeable {
  private static final String SOCKET = "control.sock";

  private final Path directory;
  private final TestHome home;
  private final URI address;
  private final Optional<SocketProxy> proxy;
  private final List<String> starter;
  private DaemonProcess daemon;

  private MigrationSite(
      Path directory, URI address, Optional<SocketProxy> proxy, List<String> starter) {
    this.directory = directory;
    this.home = new TestHome(directory);
    this.address = address;
    this.proxy = proxy;
    this.starter = starter;
    this.daemon = DaemonProcess.startBy(starter, HeldDaemon.class, directory);
  }

  /** Starts one, with its home in that directory, which is made. */
  static MigrationSite start(Path directory) throws Exception {
    return start(directory, home -> {});
  }

  /** The same, whose home is furnished by that. */
  static MigrationSite start(Path directory, Consumer<TestHome> furnisher) throws Exception {
    Files.createDirectory(directory);
    furnisher.accept(new TestHome(directory));
    SocketProxy proxy = SocketProxy.listen(directory.resolve("p"), directory.resolve(SOCKET));
    URI address = URI.create("unix:" + proxy.path());
    MigrationSite site = new MigrationSite(directory, address, Optional.of(proxy), List.of());
    site.daemon.awaitServing();
    return site;
  }

  /**
   * Starts one that other hosts reach over a network, with its home in that directory.
   *
   * @param starter what starts the daemon where that network is
   */
  static MigrationSite start(Path directory, URI address, List<String> starter) throws Exception {
    MigrationSite site = new MigrationSite(directory, address, Optional.empty(), starter);
    site.daemon.awaitServing();
    return site;
  }

  Path directory() {
    return directory;
  }

  TestHome home() {
    return home;
  }

  SocketProxy proxy() {
    return proxy.orElseThrow();
  }

  DaemonProcess daemon() {
    return daemon;
  }

  /** Where other hosts reach it. */
  URI address() {
    return address;
  }

  /** Asks it by its own socket. */
  <T> T ask(Function<VmHost, T> question) {
    try (VmHost host = VmHost.connect(URI.create("unix:" + directory.resolve(SOCKET)))) {
      return question.apply(host);
    }
  }

  void tell(Consumer<VmHost> order) {
    ask(
        host -> {
          order.accept(host);
          return true;
        });
  }

  /** Stops the first job that gets there. */
  void hold(Point point) {
    daemon.tell(HeldDaemon.HOLD + point);
  }

  void awaitHeld(Point point) throws InterruptedException {
    daemon.awaitSaid(HeldDaemon.HELD + point);
  }

  void release() {
    daemon.tell(HeldDaemon.RELEASE);
  }

  /** SIGKILL, and another daemon, which serves. */
  void restart() throws Exception {
    daemon.kill();
    daemon = DaemonProcess.startBy(starter, HeldDaemon.class, directory);
    daemon.awaitServing();
  }

  /** It has the run directories of so many machines. */
  void assertRuns(int machines) throws IOException {
    assertThat(entries(home.settings().layout().runDirectory(), 2))
        .as("run directories")
        .hasSize(machines);
  }

  /** It has the logs of so many domains. */
  void assertLogs(int domains) throws IOException {
    assertThat(entries(home.settings().layout().logDirectory(), 1)).as("logs").hasSize(domains);
  }

  /** What is so deep in it. */
  private static List<Path> entries(Path directory, int depth) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory, depth)) {
      int count = directory.getNameCount() + depth;
      return all.filter(path -> path.getNameCount() == count).toList();
    }
  }

  @Override
  public void close() throws IOException {
    daemon.close();
    proxy.ifPresent(SocketProxy::close);
    Files.deleteIfExists(home.settings().layout().settingsFile()); // no network is there any more
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }
}
