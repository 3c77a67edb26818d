package dev.berth.cli;

import dev.berth.error.HostUnreachableException;
import dev.berth.host.VmHost;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Runs {@code vmctl} in this JVM: what it is given, and what comes of it. */
final class Shell {
  static final Path DIRECTORY = Path.of("src/test/resources/dev/berth/cli").toAbsolutePath();

  private final HostConnector connector;
  private final Map<String, String> variables = new HashMap<>(Map.of("HOME", "/nonexistent"));
  private Optional<OutputStream> brokenOut = Optional.empty();
  private InputStream in = InputStream.nullInputStream();
  private Environment.Terminals terminals = new Environment.Terminals(false, false);
  private DaemonStarter starter =
      (layout, connector, output) -> {
        throw new AssertionError("no daemon should be started");
      };

  private Shell(HostConnector connector) {
    this.connector = connector;
  }

  /** What came of a command. */
  record Outcome(int exitCode, String out, String err) {}

  /** With that host, wherever it is looked for; its own end is not the command's business. */
  static Shell with(VmHost host) {
    return new Shell(address -> host.as("api"));
  }

  /** With hosts reached that way. */
  static Shell reaching(HostConnector connector) {
    return new Shell(connector);
  }

  /** Where no host answers. */
  static Shell alone() {
    return new Shell(
        address -> {
          throw new HostUnreachableException("No host answers at " + address.getPath() + ".");
        });
  }

  Shell typing(String text) {
    in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Shell set(String variable, String value) {
    variables.put(variable, value);
    return this;
  }

  Shell onATerminal() {
    terminals = new Environment.Terminals(false, true);
    return this;
  }

  Shell typingOnATerminal() {
    terminals = new Environment.Terminals(true, true);
    return this;
  }

  Shell writingTo(OutputStream out) {
    brokenOut = Optional.of(out);
    return this;
  }

  Shell startingDaemonsBy(DaemonStarter how) {
    starter = how;
    return this;
  }

  Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Environment environment =
        new Environment(
            variables,
            DIRECTORY,
            1000,
            in,
            brokenOut.orElse(out),
            err,
            terminals,
            Clock.systemUTC());
    int exitCode = new Vmctl(environment, new Session.Reach(connector, starter)).run(arguments);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
