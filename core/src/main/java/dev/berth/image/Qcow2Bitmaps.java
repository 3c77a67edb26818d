package dev.berth.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directory of the bitmaps in a qcow2 image (QEMU's {@code docs/interop/qcow2.txt}, since
 * 2.10). Reads a bounded part of the file and trusts none of it.
 */
final class Qcow2Bitmaps {
  private static final int EXTENSION = 0x23852875;
  private static final int EXTENSION_BYTES = 24;
  private static final int VERSION = 4;
  private static final int AUTOCLEAR = 88;
  private static final int HEADER_LENGTH = 100;
  private static final int HEADER_BYTES = 104;

  /** Of the features that a program takes back which does not know them. */
  private static final long HAS_BITMAPS = 1;

  private static final int ENTRY_BYTES = 24;
  private static final int ENTRY_FLAGS = 12;
  private static final int ENTRY_NAME_LENGTH = 18;
  private static final int ENTRY_EXTRA_LENGTH = 20;
  private static final int IN_USE = 1;
  private static final int AUTO = 1 << 1;

  /** Some ten thousand bitmaps; QEMU itself takes more. */
  private static final long LONGEST_DIRECTORY = 1 << 20;

  private Qcow2Bitmaps() {}

  /** All of them; none when what the header says of them is out of date or cannot be. */
  static List<ImageBitmap> read(FileChannel file) throws IOException {
    ByteBuffer head = Qcow2Extensions.bytes(file, 0, HEADER_BYTES);
    if (head.remaining() < HEADER_BYTES
        || head.getInt(VERSION) < 3
        || (head.getLong(AUTOCLEAR) & HAS_BITMAPS) == 0) {
      return List.of();
    }
    Optional<ByteBuffer> extension =
        Qcow2Extensions.read(file, head.getInt(HEADER_LENGTH), EXTENSION, EXTENSION_BYTES)
            .filter(content -> content.remaining() == EXTENSION_BYTES);
    if (extension.isEmpty()) {
      return List.of();
    }
    long length = extension.get().getLong(8);
    long offset = extension.get().getLong(16);
    if (length < 0 || length > LONGEST_DIRECTORY || offset < 0 || offset > file.size() - length) {
      return List.of();
    }
    return entries(Qcow2Extensions.bytes(file, offset, (int) length));
  }

  private static List<ImageBitmap> entries(ByteBuffer directory) {
    List<ImageBitmap> bitmaps = new ArrayList<>();
    long place = 0;
    while (place + ENTRY_BYTES <= directory.limit()) {
      int at = (int) place;
      int flags = directory.getInt(at + ENTRY_FLAGS);
      int nameLength = Short.toUnsignedInt(directory.getShort(at + ENTRY_NAME_LENGTH));
      long extra = Integer.toUnsignedLong(directory.getInt(at + ENTRY_EXTRA_LENGTH));
      long name = place + ENTRY_BYTES + extra;
      if (name + nameLength > directory.limit()) {
        return bitmaps;
      }
      boolean inconsistent = (flags & IN_USE) != 0;
      bitmaps.add(
          new ImageBitmap(
              StandardCharsets.UTF_8.decode(directory.slice((int) name, nameLength)).toString(),
              (flags & AUTO) != 0 && !inconsistent,
              inconsistent));
      place += (ENTRY_BYTES + extra + nameLength + 7) / 8 * 8;
    }
    return bitmaps;
  }
}
