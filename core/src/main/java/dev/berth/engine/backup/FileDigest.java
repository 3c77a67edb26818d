package dev.berth.engine.backup;

import dev.berth.engine.thread.EngineThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The SHA-256 of a file that is large: one thread reads while another digests, which takes about as
 * long when the kernel has the file in its memory.
 *
 * <p>Threads: {@code berth-backup-ahead}, one, while {@link #of} runs.
 *
 * @param bytes how many were read
 * @param sha256 in hexadecimal digits
 */
public record FileDigest(long bytes, String sha256) {
  private static final int BUFFERS = 4;
  private static final int BUFFER_BYTES = 256 * 1024;

  /**
   * Reads a file from its start.
   *
   * @param most bytes that count
   * @throws IOException when it cannot be read, or the thread was interrupted
   */
  static FileDigest of(FileChannel file, long most) throws IOException {
    BlockingQueue<ByteBuffer> empty = new LinkedBlockingQueue<>();
    BlockingQueue<ByteBuffer> full = new LinkedBlockingQueue<>();
    for (int i = 0; i < BUFFERS; i++) {
      empty.add(ByteBuffer.allocate(BUFFER_BYTES));
    }
    FutureTask<Void> reading =
        new FutureTask<>(
            () -> {
              try {
                read(file, most, empty, full);
              } finally {
                full.add(ByteBuffer.allocate(0)); // whoever digests waits for no more
              }
              return null;
            });
    Thread reader = EngineThreads.daemon(reading, "berth-backup-ahead");
    reader.start();
    try {
      FileDigest digest = digest(empty, full);
      reading.get();
      return digest;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("it is not wanted any more");
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof IOException unreadable
          ? unreadable
          : new IOException(failure.getCause());
    } finally {
      EngineThreads.end(reader); // an interrupt closes the file, and it reads no more
    }
  }

  private static void read(
      FileChannel file, long most, BlockingQueue<ByteBuffer> empty, BlockingQueue<ByteBuffer> full)
      throws IOException, InterruptedException {
    long done = 0;
    while (done < most) {
      ByteBuffer buffer = empty.take();
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, most - done));
      int read = file.read(buffer, done);
      if (read < 0) {
        return;
      }
      full.add(buffer.flip());
      done += read;
    }
  }

  private static FileDigest digest(BlockingQueue<ByteBuffer> empty, BlockingQueue<ByteBuffer> full)
      throws InterruptedException {
    MessageDigest digest = newDigest();
    long done = 0;
    for (ByteBuffer next = full.take(); next.hasRemaining(); next = full.take()) {
      done += next.remaining();
      digest.update(next);
      empty.add(next);
    }
    return new FileDigest(done, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
