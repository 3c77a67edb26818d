package dev.berth.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that begin as qcow2 images do, and have no content. */
final class FakeQcow2 {
  private static final int HEADER_BYTES = 512;
  private static final int BACKING_NAME = 160;

  private FakeQcow2() {}

  /**
   * Makes that file one.
   *
   * @param bytes what a guest would see
   * @param backing how its header names the one below; empty for none
   */
  static void write(Path image, long bytes, String backing) {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(header(bytes, backing), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As much of a header as is read of one. */
  private static ByteBuffer header(long bytes, String backing) {
    byte[] name = backing.getBytes(StandardCharsets.UTF_8);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putInt(0, 0x514649fb).putInt(4, 3);
    header.putLong(8, name.length == 0 ? 0 : BACKING_NAME).putInt(16, name.length);
    header.putInt(20, 16).putLong(24, bytes);
    header.putInt(36, 1).putLong(40, 256).putLong(48, 256);
    header.putInt(100, 104);
    for (int i = 0; i < name.length; i++) {
      header.put(BACKING_NAME + i, name[i]);
    }
    return header;
  }
}
