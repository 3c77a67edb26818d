package dev.berth.qmp;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Cuts a byte stream into lines, wherever the stream was cut before, up to a greatest length. */
final class FrameReader {
  private static final int SMALL = 8 * 1024;

  /** Takes one line, without its end; the array is reused afterwards. */
  interface Sink {
    void frame(byte[] buffer, int offset, int length) throws WireException;
  }

  private final int limit;
  private byte[] buffer = new byte[SMALL];
  private int filled;

  FrameReader(int limit) {
    this.limit = limit;
  }

  /**
   * Takes everything that is in {@code source} and passes on the lines that it completes; empty
   * ones are skipped.
   */
  void feed(ByteBuffer source, Sink sink) throws WireException {
    int scanned = filled;
    append(source);
    int start = 0;
    for (int i = scanned; i < filled; i++) {
      if (buffer[i] == '\n') {
        emit(start, i, sink);
        start = i + 1;
      }
    }
    keep(start);
    if (filled > limit) {
      throw tooLong();
    }
  }

  private void append(ByteBuffer source) {
    int needed = filled + source.remaining();
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(needed, 2 * buffer.length));
    }
    int count = source.remaining();
    source.get(buffer, filled, count);
    filled += count;
  }

  private void emit(int start, int end, Sink sink) throws WireException {
    int last = end;
    if (last > start && buffer[last - 1] == '\r') {
      last--;
    }
    if (last - start > limit) {
      throw tooLong();
    }
    if (last > start) {
      sink.frame(buffer, start, last - start);
    }
  }

  private void keep(int start) {
    int rest = filled - start;
    if (buffer.length > 8 * SMALL && rest <= SMALL) {
      buffer = Arrays.copyOf(Arrays.copyOfRange(buffer, start, filled), SMALL);
    } else if (start > 0 && rest > 0) {
      System.arraycopy(buffer, start, buffer, 0, rest);
    }
    filled = rest;
  }

  private WireException tooLong() {
    return new WireException(
        QmpDisconnect.Reason.FRAME_TOO_LONG, "a line exceeds " + limit + " bytes", null);
  }
}
