package dev.berth.guest;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts what a guest sends into lines. A byte 0xFF, which no JSON holds, voids what came before it
 * and marks the line that follows: so the agent delimits its answer to {@code
 * guest-sync-delimited}. A line beyond the greatest length is left out, however long it gets.
 */
final class AgentLines {
  /** As long as a monitor's greatest reply: 12 MiB of a file, in base64. */
  static final int MAX_LINE_BYTES = 16 * 1024 * 1024;

  private static final int SMALL = 4 * 1024;
  private static final byte DELIMITER = (byte) 0xff;

  /**
   * One line, without its end.
   *
   * @param delimited whether 0xFF stood before it
   */
  record Line(byte[] bytes, boolean delimited) {}

  private final int limit;
  private byte[] buffer = new byte[SMALL];
  private int filled;
  private boolean delimited;
  private boolean tooLong;

  AgentLines(int limit) {
    this.limit = limit;
  }

  /** The next line that the source completes; empty when the source has been taken in whole. */
  Optional<Line> next(ByteBuffer source) {
    while (source.hasRemaining()) {
      byte each = source.get();
      if (each == DELIMITER) {
        restart();
        delimited = true;
      } else if (each != '\n') {
        append(each);
      } else if (tooLong || isBlank()) {
        restart();
      } else {
        Line line = new Line(Arrays.copyOf(buffer, filled), delimited);
        restart();
        delimited = false;
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  private void append(byte each) {
    if (tooLong) {
      return;
    }
    if (filled == limit) {
      restart();
      tooLong = true;
      return;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(limit, 2 * filled));
    }
    buffer[filled++] = each;
  }

  /** Begins a line; nothing big is held on to. */
  private void restart() {
    filled = 0;
    tooLong = false;
    if (buffer.length > SMALL) {
      buffer = new byte[SMALL];
    }
  }

  private boolean isBlank() {
    for (int i = 0; i < filled; i++) {
      if (buffer[i] != '\r' && buffer[i] != ' ') {
        return false;
      }
    }
    return true;
  }
}
