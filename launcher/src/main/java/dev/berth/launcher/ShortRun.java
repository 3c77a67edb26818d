package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of a program that should end soon: bounded in time and in what is kept of its output. Two
 * threads, {@code berth-probe-out} and {@code berth-probe-err}, drain it while it runs.
 */
final class ShortRun {
  /** A QMP schema is 0.2 MiB today; whatever says more is no QEMU that we understand. */
  private static final int OUTPUT_LIMIT = 16 << 20;

  private static final int LAST_WORDS_LIMIT = 400;

  /** What is tried out may well abort, and needs to leave no core dump behind. */
  private static final String WITHOUT_CORE = "ulimit -c 0; exec \"$@\"";

  private ShortRun() {}

  /**
   * Runs a program to its end, or ends it when the time is up.
   *
   * @param input what it finds on its standard input
   * @throws HostFailureException when it cannot be executed
   * @throws InterruptedException when the caller is interrupted; the program is ended
   */
  static Result of(List<String> argv, String input, Duration limit) throws InterruptedException {
    Process process = spawn(argv);
    try {
      Drain output = Drain.start(process.getInputStream(), "berth-probe-out");
      Drain errors = Drain.start(process.getErrorStream(), "berth-probe-err");
      feed(process, input);
      boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
      end(process);
      process.waitFor();
      output.await();
      errors.await();
      return new Result(!ended, process.exitValue(), output.text(), errors.text());
    } finally {
      end(process);
      process.destroyForcibly(); // closes the pipes as well: whoever still reads is let go
    }
  }

  /**
   * Ends a program and what it started, as long as that can still be found. By its handle, because
   * ending it as a {@link Process} closes the pipes, with all that was not read yet.
   */
  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
  }

  private static Process spawn(List<String> argv) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", WITHOUT_CORE, "sh"));
    command.addAll(argv);
    ProcessBuilder builder = new ProcessBuilder(command);
    ChildEnvironment.clean(builder.environment());
    try {
      return builder.start();
    } catch (IOException failure) {
      throw new HostFailureException(
          "Cannot execute " + argv.get(0) + ": " + failure.getMessage() + ".", failure);
    }
  }

  private static void feed(Process process, String input) {
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException endedBefore) {
      // It may end without reading; what it said tells why.
      return;
    }
  }

  /**
   * How a run ended.
   *
   * @param timedOut whether it had to be ended
   * @param exitCode its exit code, above 128 for a signal
   * @param output its standard output
   * @param errors its standard error
   */
  record Result(boolean timedOut, int exitCode, String output, String errors) {

    /** The end of what it wrote, for a message; empty when it wrote nothing. */
    String lastWords() {
      String words = (errors.isBlank() ? output : errors).strip().replaceAll("\\p{Cntrl}+", " ");
      if (words.isEmpty()) {
        return "";
      }
      int from = Math.max(0, words.length() - LAST_WORDS_LIMIT);
      return " (it said: " + words.substring(from) + ")";
    }
  }

  /** Keeps the first bytes of a stream and reads on to its end. */
  private static final class Drain {
    private final InputStream stream;
    private final Thread thread;
    private volatile byte @Nullable [] kept;

    private Drain(InputStream stream, String name) {
      this.stream = stream;
      this.thread = new Thread(this::run, name);
    }

    static Drain start(InputStream stream, String name) {
      Drain drain = new Drain(stream, name);
      drain.thread.setDaemon(true);
      drain.thread.start();
      return drain;
    }

    private void run() {
      try {
        kept = stream.readNBytes(OUTPUT_LIMIT);
        stream.transferTo(OutputStream.nullOutputStream());
      } catch (IOException closed) {
        // The pipe was closed with the process; what was read stays.
        return;
      }
    }

    /** A grandchild may hold the pipe open after the program's end: it is not waited for. */
    void await() throws InterruptedException {
      thread.join(1000);
      if (thread.isAlive()) {
        thread.interrupt();
      }
    }

    String text() {
      byte[] bytes = kept;
      return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
