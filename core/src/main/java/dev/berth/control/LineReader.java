package dev.berth.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a stream of bytes into lines of bounded length. Used by one thread at a time.
 *
 * <p>The buffer grows with what has really arrived and shrinks after a long line, so that a peer
 * cannot make it large by a promise, nor keep it large.
 */
final class LineReader {
  private static final int USUAL_BYTES = 8 * 1024;

  /** The JDK copies what one read gives through native memory, and keeps that for the thread. */
  private static final int READ_BYTES = 64 * 1024;

  private final ReadableByteChannel source;
  private final int maxBytes;
  private byte[] buffer = new byte[USUAL_BYTES];
  private int start;
  private int end;

  LineReader(ReadableByteChannel source, int maxBytes) {
    this.source = source;
    this.maxBytes = maxBytes;
  }

  /**
   * The next line without its end, or empty at the end of the stream. What a peer began and did not
   * end is no line.
   *
   * @throws LineTooLongException when the line is longer than allowed; the stream is unusable then
   */
  Optional<byte[]> next() throws IOException {
    int searched = 0;
    while (true) {
      int lineEnd = indexOfLineEnd(start + searched);
      if (lineEnd >= 0) {
        return Optional.of(take(lineEnd));
      }
      searched = end - start;
      if (searched > maxBytes) {
        throw new LineTooLongException(maxBytes);
      }
      makeRoom();
      if (!fill()) {
        return Optional.empty();
      }
    }
  }

  /** What was read beyond the last line; the stream goes on after it. */
  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(buffer, start, end);
    start = end;
    return rest;
  }

  private int indexOfLineEnd(int from) {
    for (int i = from; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private byte[] take(int lineEnd) throws LineTooLongException {
    if (lineEnd - start > maxBytes) {
      throw new LineTooLongException(maxBytes);
    }
    byte[] line = Arrays.copyOfRange(buffer, start, lineEnd);
    start = lineEnd + 1;
    if (start == end && buffer.length > USUAL_BYTES) {
      buffer = new byte[USUAL_BYTES];
      start = 0;
      end = 0;
    }
    return line;
  }

  /** Moves what is left to the front and doubles the buffer when that is full. */
  private void makeRoom() {
    int length = end - start;
    byte[] target = length == buffer.length ? new byte[length * 2] : buffer;
    System.arraycopy(buffer, start, target, 0, length);
    buffer = target;
    start = 0;
    end = length;
  }

  private boolean fill() throws IOException {
    int count =
        source.read(ByteBuffer.wrap(buffer, end, Math.min(READ_BYTES, buffer.length - end)));
    if (count < 0) {
      return false;
    }
    end += count;
    return true;
  }
}
