package dev.berth.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A host in a process of its own, on this JVM's class path, for tests that kill it. */
final class HostProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private HostProcess(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /**
   * Starts a main class.
   *
   * @param home the first argument
   */
  static HostProcess start(Class<?> main, Path home, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add(
        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.add(home.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true);
    try {
      return new HostProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a host process", e);
    }
  }

  /** The next line the process prints; empty when it has ended. */
  Optional<String> line() {
    try {
      return Optional.ofNullable(output.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from the host process", e);
    }
  }

  /** Everything it still prints, until it has ended. */
  List<String> remainingLines() {
    List<String> lines = new ArrayList<>();
    for (Optional<String> line = line(); line.isPresent(); line = line()) {
      lines.add(line.get());
    }
    return lines;
  }

  long pid() {
    return process.pid();
  }

  /** Sends SIGKILL; what the process has printed can still be read. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Waits for the end of the process and tells its exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the host process " + process.pid() + " does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
