package dev.berth.engine.console;

import dev.berth.host.Console;
import dev.berth.socket.Backlog;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody who is attached to a {@link ConsoleLine}, and what they have not read yet. That has a
 * limit: whoever falls behind by more is told so instead of the rest. Thread-safe.
 */
public final class ConsoleAttachment implements Console {
  /** Minutes of what a guest writes that is not about to fill a disk. */
  public static final int BACKLOG_BYTES = 1 << 20;

  private final ConsoleLine line;
  private final Backlog backlog = new Backlog(BACKLOG_BYTES);

  // guarded by this
  private boolean ended;
  private Optional<String> trouble = Optional.empty();

  ConsoleAttachment(ConsoleLine line) {
    this.line = line;
  }

  /** The guest has written so much of that array. */
  synchronized void receive(byte[] bytes, int count) {
    if (ended || trouble.isPresent()) {
      return;
    }
    if (!backlog.add(bytes, 0, count)) {
      trouble =
          Optional.of(
              "This reader fell behind by more than "
                  + BACKLOG_BYTES
                  + " bytes. Attach again; the console's log has what is missing.");
      backlog.drop();
    }
  }

  /** There will be no more. */
  synchronized void end(Optional<String> why) {
    ended = true;
    if (trouble.isEmpty()) {
      trouble = why;
    }
    backlog.end();
  }

  /** Why it may not write. */
  synchronized IOException refusal() {
    return new IOException(
        trouble.orElse(
            ended ? "The console has ended." : "This console is attached for reading only."));
  }

  private int read(byte[] target, int offset, int length) throws IOException {
    int count;
    try {
      count = backlog.take(target, offset, length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while the guest did not write.");
    }
    Optional<String> why = count < 0 ? trouble() : Optional.empty();
    if (why.isPresent()) {
      throw new IOException(why.get());
    }
    return count;
  }

  private synchronized Optional<String> trouble() {
    return trouble;
  }

  @Override
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        return length == 0 ? 0 : ConsoleAttachment.this.read(bytes, offset, length);
      }
    };
  }

  @Override
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        line.send(ConsoleAttachment.this, bytes, offset, length);
      }
    };
  }

  @Override
  public void close() {
    line.detach(this, Optional.empty());
  }
}
