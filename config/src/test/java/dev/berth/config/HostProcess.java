package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
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
    return startBy(List.of(), main, home, arguments);
  }

  /**
   * The same, started by another program.
   *
   * @param starter that one with its arguments, which becomes the process
   */
  static HostProcess startBy(List<String> starter, Class<?> main, Path home, String... arguments) {
    List<String> command = new ArrayList<>(starter);
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

  /** Writes a line to its input; one that has ended hears nothing. */
  void tell(String line) {
    try {
      BufferedWriter input = process.outputWriter();
      input.write(line + "\n");
      input.flush();
    } catch (IOException ended) {
      assertThat(process.isAlive()).as("it lives, and cannot be told '%s'", line).isFalse();
    }
  }

  /** Sends it a signal by its name. */
  void signal(String name) {
    try {
      Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid()).start();
      assertThat(kill.waitFor()).as("SIG%s to process %s", name, pid()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
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
