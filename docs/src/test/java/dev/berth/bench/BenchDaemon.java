package dev.berth.bench;

import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A daemon as {@code ./vmctl} starts it, with a home of its own, and a connection to it. */
final class BenchDaemon implements AutoCloseable {
  private static final Path VMCTL = Path.of("vmctl").toAbsolutePath();

  private final Path home;
  private final VmHost host;

  private BenchDaemon(Path home, VmHost host) {
    this.home = home;
    this.host = host;
  }

  /** {@code vmctl up} starts a daemon where there is none; its domain is removed again. */
  static BenchDaemon start(Path home) throws IOException, InterruptedException {
    Files.createDirectory(home);
    Path definition = Files.writeString(home.resolve("first.yaml"), BenchHost.small(0));
    run(vmctl(home, "-q", "up", definition.toString()));
    VmHost host = VmHost.connect(URI.create("unix:" + home.resolve("control.sock")));
    DomainRef first = host.list().stream().map(each -> DomainRef.of(each.name())).findAny().get();
    BenchHost.destroy(host, first);
    host.undefine(first);
    return new BenchDaemon(home, host);
  }

  VmHost host() {
    return host;
  }

  Path home() {
    return home;
  }

  /** The command line of a {@code vmctl} that talks to this daemon. */
  List<String> vmctl(String... arguments) {
    return vmctl(home, arguments);
  }

  private static List<String> vmctl(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of(VMCTL.toString(), "--home", home.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Runs a command to its end; returns how long that took.
   *
   * @throws IOException when it fails; its messages are on standard error
   */
  static double run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT);
    Stopwatch time = Stopwatch.start();
    int exitCode = builder.start().waitFor();
    double millis = time.millis();
    if (exitCode != 0) {
      throw new IOException(String.join(" ", command) + " failed with exit code " + exitCode);
    }
    return millis;
  }

  /** Stops the daemon as an operator's service manager would. */
  @Override
  public void close() {
    ProcessHandle daemon = ProcessHandle.of(host.info().pid()).orElseThrow();
    host.close();
    daemon.destroy();
    daemon.onExit().join();
  }
}
