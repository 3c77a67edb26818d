package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.HostFailureException;
import dev.berth.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes every message of a connection to a file, one JSON line each, secrets masked:
 *
 * <pre>{@code
 * {"micros":0,"received":{"QMP":…}}
 * {"micros":310,"sent":{"execute":"query-status","id":2}}
 * {"micros":512,"received":{"return":…,"id":2}}
 * {"micros":9050,"ended":"QEMU closed the connection"}
 * }</pre>
 *
 * <p>{@code micros} is the time since the recording began. What is no JSON stands there as text, in
 * {@code received-start}. When the disk is slower than QEMU for long, messages are left out and
 * counted: {@code {"micros":…,"missed":3}}. Anybody can read the file with a line reader; tests
 * play it back with the fixture {@code ReplayQemu}.
 *
 * <p>Threads: one, {@code berth-qmp-recording}, until {@link #close}. Thread-safe; whoever made it
 * closes it.
 */
public final class QmpRecording implements QmpRecorder, AutoCloseable {
  /** What may wait for the disk: some of the largest replies. */
  private static final int MAX_WAITING_BYTES = 32 * 1024 * 1024;

  private final Path file;
  private final OutputStream out;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "berth-qmp-recording");
            thread.setDaemon(true);
            return thread;
          });
  private final long startNanos = System.nanoTime();

  // guarded by this
  private long waitingBytes;
  private long missed;
  private boolean closed;

  /** Of the writer's thread. */
  private @Nullable IOException failure;

  private QmpRecording(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Begins a recording in a new file, compressed when its name ends in {@code .gz}.
   *
   * @throws HostFailureException when the file cannot be made
   */
  public static QmpRecording to(Path file) {
    try {
      OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
      return new QmpRecording(
          file, file.toString().endsWith(".gz") ? new GZIPOutputStream(out) : out);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void message(Direction direction, byte[] buffer, int offset, int length) {
    byte[] message = Arrays.copyOfRange(buffer, offset, offset + length);
    write(length, line -> RecordedLine.add(line, direction, message, length));
  }

  @Override
  public void ended(QmpDisconnect cause) {
    write(0, line -> line.put("ended", cause.message()));
  }

  /**
   * Ends the recording; the file is complete when this returns.
   *
   * @throws HostFailureException when it could not be written whole
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    writer.execute(this::finish); // after all that was written before
    writer.shutdown();
    boolean interrupted = false;
    while (!writer.isTerminated()) {
      try {
        writer.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true; // what is recorded is written all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    IOException trouble = failure;
    if (trouble != null) {
      throw failed(file, trouble);
    }
  }

  /** Adds to a line what it is about. */
  private interface Content {
    void addTo(ObjectNode line);
  }

  private synchronized void write(int bytes, Content content) {
    if (closed) {
      return;
    }
    if (waitingBytes + bytes > MAX_WAITING_BYTES && waitingBytes > 0) {
      missed++;
      return;
    }
    long missedBefore = missed;
    missed = 0;
    waitingBytes += bytes;
    long micros = (System.nanoTime() - startNanos) / 1000;
    writer.execute(() -> write(micros, missedBefore, bytes, content)); // shut down only when closed
  }

  // The writer's thread.

  private void write(long micros, long missedBefore, int bytes, Content content) {
    if (missedBefore > 0) {
      line(micros, line -> line.put("missed", missedBefore));
    }
    line(micros, content);
    synchronized (this) {
      waitingBytes -= bytes;
    }
  }

  private void line(long micros, Content content) {
    if (failure != null) {
      return;
    }
    ObjectNode line = Json.object().put("micros", micros);
    content.addTo(line);
    try {
      out.write(Json.bytes(line));
      out.write('\n');
    } catch (IOException e) {
      failure = e;
    }
  }

  private void finish() {
    try {
      out.close();
    } catch (IOException e) {
      failure = failure == null ? e : failure;
    }
  }

  private static HostFailureException failed(Path file, IOException cause) {
    return new HostFailureException(
        "Cannot record to " + file + ": " + cause.getMessage() + ".", cause);
  }
}
