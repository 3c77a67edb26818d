package dev.berth.launcher;

import dev.berth.domain.ByteSize;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the logs of live machines small, so that no guest can fill the host's disk: one thread,
 * {@code berth-log-trim}, looks at their sizes twice a second and cuts what has grown too long to
 * its newer half. A log can exceed its limit by what is written in between.
 *
 * <p>The newer half is moved to the front of the same file, which is then made shorter: the writers
 * keep the file open and append to wherever its end is, and it takes no room on a full disk.
 */
final class LogTrimmer implements AutoCloseable {
  /** For QEMU's own words: some thousand lines. */
  static final ByteSize QEMU_LOG_LIMIT = ByteSize.mebibytes(1);

  private static final Logger LOG = LoggerFactory.getLogger(LogTrimmer.class);
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final int BLOCK = 64 << 10;

  private final Supplier<Collection<LaunchRecord>> live;
  private final Thread thread = new Thread(this::run, "berth-log-trim");
  private boolean closed;

  /**
   * A trimmer, not started.
   *
   * @param live the launches whose machines live
   */
  LogTrimmer(Supplier<Collection<LaunchRecord>> live) {
    this.live = live;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized boolean sleep() throws InterruptedException {
    if (!closed) {
      wait(INTERVAL.toMillis());
    }
    return !closed;
  }

  private void run() {
    try {
      while (sleep()) {
        live.get().forEach(launch -> trim(launch.files()));
      }
    } catch (InterruptedException never) {
      LOG.error("Logs are not trimmed any more: the thread was interrupted", never);
    }
  }

  private static void trim(MachineFiles files) {
    trim(files.consoleLog(), files.consoleLogLimit());
    trim(files.qemuLog(), QEMU_LOG_LIMIT);
  }

  /** Cuts a log to its newer half when it is longer than the limit. */
  static void trim(Path log, ByteSize limit) {
    try {
      if (log.toFile().length() > limit.bytes()) {
        cut(log, limit.bytes() / 2);
      }
    } catch (NoSuchFileException removed) {
      LOG.debug("{} was removed before it was trimmed", log);
    } catch (IOException failure) {
      LOG.warn("Cannot trim {}: {}", log, failure.toString());
    }
  }

  private static void cut(Path log, long keep) throws IOException {
    try (FileChannel file =
        FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long from = lineStart(file, Math.max(0, file.size() - keep));
      long to = 0;
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      // To the end as it is then: what was appended meanwhile is moved too.
      for (int count = file.read(block, from); count > 0; count = file.read(block, from)) {
        block.flip();
        while (block.hasRemaining()) {
          to += file.write(block, to);
        }
        from += count;
        block.clear();
      }
      file.truncate(to);
    }
  }

  /** The start of the first whole line from there on; there, when no line starts nearby. */
  private static long lineStart(FileChannel file, long position) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    int count = file.read(block, position);
    for (int i = 0; i < count; i++) {
      if (block.get(i) == '\n') {
        return position + i + 1;
      }
    }
    return position;
  }

  /** Ends the thread. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    Threads.join(thread);
  }
}
