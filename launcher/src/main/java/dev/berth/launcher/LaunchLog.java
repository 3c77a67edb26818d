package dev.berth.launcher;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What QEMU wrote to its log during one launch, and the errors that are made of it. */
final class LaunchLog {
  private static final int EXCERPT_BYTES = 4096;
  private static final int EXCERPT_LINES = 8;
  private static final int WAITER_LIMIT_MILLIS = 1000;

  private final LaunchRecord launch;
  private final long start;

  private LaunchLog(LaunchRecord launch, long start) {
    this.launch = launch;
    this.start = start;
  }

  /** The log from its present end on. */
  static LaunchLog from(LaunchRecord launch) {
    Path log = launch.files().qemuLog();
    return new LaunchLog(launch, log.toFile().length());
  }

  /**
   * The error for a QEMU that ended while it was started, made of its last words.
   *
   * @param waiter what waits for QEMU; given a moment to write down how it ended
   */
  BerthException failure(Process waiter, BerthException cause) throws InterruptedException {
    waiter.waitFor(WAITER_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    ProcessExit exit = ExitFile.read(launch.files());
    return StartFailure.of(
        launch.cannotStart() + ": QEMU ended with " + exit.text(), words(), cause);
  }

  /** The error for a QEMU that was not ready in time. */
  DeadlineExceededException late(Exception cause) {
    String words = excerpt();
    return new DeadlineExceededException(
        launch.cannotStart()
            + ": QEMU was not ready within the deadline; it was ended."
            + (words.isEmpty() ? "" : " It wrote: " + words),
        cause);
  }

  /** What was written so far, for a message. */
  String words() {
    String words = excerpt();
    return words.isEmpty() ? "it wrote nothing to its log" : words;
  }

  /** The last lines of this launch, without the timestamps and QEMU's own name. */
  private String excerpt() {
    return Arrays.stream(tail().split("\n"))
        .map(
            line ->
                line.replaceFirst("^\\S+Z (?=\\S*qemu)", "").replaceFirst("^\\S*qemu\\S*: ", ""))
        .map(line -> line.replaceAll("\\p{Cntrl}", " ").strip())
        .filter(line -> !line.isEmpty() && !line.startsWith("warning: "))
        .collect(
            Collectors.collectingAndThen(
                Collectors.toList(),
                lines ->
                    String.join(
                        "; ",
                        lines.subList(Math.max(0, lines.size() - EXCERPT_LINES), lines.size()))));
  }

  private String tail() {
    Path log = launch.files().qemuLog();
    if (!Files.isReadable(log)) {
      return "";
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long from = Math.max(Math.min(start, file.length()), file.length() - EXCERPT_BYTES);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      return "";
    }
  }
}
