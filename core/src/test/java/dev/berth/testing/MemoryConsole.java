package dev.berth.testing;

import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** A serial console or a port of a {@link MemoryHost}: bytes in memory, in both directions. */
final class MemoryConsole implements Console {
  private static final int END = -1;

  private final Optional<String> port;
  private final String actor;
  private final ConsoleAccess access;
  private final Consumer<MemoryConsole> onClose;
  private final BlockingQueue<Integer> fromGuest = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream toGuest = new ByteArrayOutputStream();
  private volatile boolean ended;

  MemoryConsole(
      Optional<String> port, String actor, ConsoleAccess access, Consumer<MemoryConsole> onClose) {
    this.port = port;
    this.actor = actor;
    this.access = access;
    this.onClose = onClose;
  }

  /** Whether it is attached to that port, or to the console. */
  boolean isTo(Optional<String> which) {
    return port.equals(which);
  }

  String actor() {
    return actor;
  }

  boolean writes() {
    return access != ConsoleAccess.READ_ONLY;
  }

  /** The guest writes. */
  void guestWrites(byte[] bytes) {
    for (byte each : bytes) {
      fromGuest.add(each & 0xff);
    }
  }

  /** What was typed so far. */
  byte[] typed() {
    return toGuest.toByteArray();
  }

  /** The machine is gone. */
  void end() {
    ended = true;
    fromGuest.add(END);
  }

  @Override
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        try {
          int value = fromGuest.take();
          if (value == END) {
            fromGuest.add(END);
          }
          return value;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException();
        }
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int first = read();
        if (first == END) {
          return END;
        }
        bytes[offset] = (byte) first;
        return 1;
      }
    };
  }

  @Override
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        if (!writes() || ended) {
          throw new IOException("Nothing can be written to this console.");
        }
        toGuest.write(value);
      }
    };
  }

  @Override
  public void close() {
    end();
    onClose.accept(this);
  }
}
