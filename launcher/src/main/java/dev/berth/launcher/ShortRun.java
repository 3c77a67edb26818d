package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One run of a program that should end soon: bounded in time and in what is kept of its output. Two
 * threads, {@code berth-probe-out} and {@code berth-probe-err}, drain it while it runs.
 */
final class ShortRun {
  /** A QMP schema is 0.2 MiB today; whatever says more is no QEMU that we understand. */
  private static final int OUTPUT_LIMIT = 16 << 20;

  private static final int LAST_WORDS_LIMIT = 400;

  private static final int CHUNK = 64 << 10;
  private static final int LAST_LINE_LIMIT = 4096;

  /** The last word of a program that is left to end by itself. */
  private static final String NEVER = "";

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
    return until(NEVER, argv, input, limit);
  }

  /**
   * The same, and the program is also ended, within its time, once it has written a line with that
   * last word. For a program that would otherwise end before all it has to say is in the pipe: QEMU
   * throws away, when it quits, what a slow reader has not taken yet.
   *
   * @param lastWord what the last line of interest contains, and nothing before it
   */
  static Result until(String lastWord, List<String> argv, String input, Duration limit)
      throws InterruptedException {
    Process process = spawn(argv);
    try {
      Drain output = Drain.start(process.getInputStream(), "berth-probe-out", lastWord);
      Drain errors = Drain.start(process.getErrorStream(), "berth-probe-err", NEVER);
      feed(process, input);
      boolean ended = awaitEnd(process, output.complete, limit);
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

  /** Whether it ended, or said all, within the limit. */
  private static boolean awaitEnd(Process process, CompletableFuture<?> saidAll, Duration limit)
      throws InterruptedException {
    try {
      CompletableFuture.anyOf(process.onExit(), saidAll).get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException tooLong) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
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

    /**
     * The end of what it wrote, QEMU's name left out, for a message; empty when it wrote nothing.
     */
    String lastWords() {
      String words =
          (errors.isBlank() ? output : errors)
              .strip()
              .replaceAll("(?m)^\\S*qemu\\S*: ", "")
              .replaceAll("\\R+", "; ")
              .replaceAll("\\p{Cntrl}+", " ");
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
    private final String lastWord;
    private final Thread thread;
    private String tail = "";
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(); // thread-safe

    /** Completed when a line with the last word was read whole; else never. */
    private final CompletableFuture<Void> complete = new CompletableFuture<>();

    private Drain(InputStream stream, String name, String lastWord) {
      this.stream = stream;
      this.lastWord = lastWord;
      this.thread = new Thread(this::run, name);
    }

    static Drain start(InputStream stream, String name, String lastWord) {
      Drain drain = new Drain(stream, name, lastWord);
      drain.thread.setDaemon(true);
      drain.thread.start();
      return drain;
    }

    private void run() {
      byte[] chunk = new byte[CHUNK];
      try {
        for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
          kept.write(chunk, 0, Math.min(count, OUTPUT_LIMIT - kept.size()));
          lookForLastWord(new String(chunk, 0, count, StandardCharsets.ISO_8859_1));
        }
      } catch (IOException closed) {
        // The pipe was closed with the process; what was read stays.
        return;
      }
    }

    private void lookForLastWord(String read) {
      String joined = tail + read;
      tail = joined.substring(Math.max(0, joined.length() - LAST_LINE_LIMIT));
      if (!lastWord.isEmpty() && tail.endsWith("\n") && tail.contains(lastWord)) {
        complete.complete(null);
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
      return kept.toString(StandardCharsets.UTF_8);
    }
  }
}
