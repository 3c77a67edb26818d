package dev.berth.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * The extensions of a qcow2 header: they follow it, each with its kind and its length. Reads a
 * bounded part and trusts none of it.
 */
final class Qcow2Extensions {
  private static final int END = 0;
  private static final int MOST = 64;

  private Qcow2Extensions() {}

  /**
   * The content of the first extension of that kind; empty when there is none that can be.
   *
   * @param longest how long one of the kind can be
   */
  static Optional<ByteBuffer> read(FileChannel file, int headerLength, int kind, int longest)
      throws IOException {
    long place = Integer.toUnsignedLong(headerLength);
    for (int i = 0; i < MOST; i++) {
      ByteBuffer extension = bytes(file, place, 8);
      if (extension.remaining() < 8 || extension.getInt(0) == END) {
        return Optional.empty();
      }
      int length = extension.getInt(4);
      if (extension.getInt(0) == kind && length >= 0 && length <= longest) {
        return Optional.of(bytes(file, place + 8, length));
      }
      place += 8 + (Integer.toUnsignedLong(length) + 7) / 8 * 8;
    }
    return Optional.empty();
  }

  /** What is there, as much of it as there is. */
  static ByteBuffer bytes(FileChannel file, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) >= 0) {
      continue;
    }
    return bytes.flip();
  }
}
