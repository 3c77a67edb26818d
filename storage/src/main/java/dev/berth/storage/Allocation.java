package dev.berth.storage;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.berth.domain.ByteSize;
import java.nio.file.Path;

/** What files take on the disk, which Java does not tell: {@code statx(2)} of Linux 4.11 on. */
final class Allocation {
  private static final int AT_FDCWD = -100;
  private static final int STATX_BLOCKS = 0x400;
  private static final int BUFFER_BYTES = 256;
  private static final int BLOCKS_OFFSET = 48;
  private static final int BLOCK_BYTES = 512;

  private Allocation() {}

  /** The C library; its method is named by it. */
  interface Libc extends Library {
    Libc INSTANCE = Native.load("c", Libc.class);

    int statx(int directory, String path, int flags, int mask, Pointer buffer);
  }

  /**
   * What a file takes.
   *
   * @param length how long it is, for a file system that does not tell
   */
  static ByteSize of(Path file, long length) {
    try (Memory buffer = new Memory(BUFFER_BYTES)) {
      buffer.clear();
      int failed = Libc.INSTANCE.statx(AT_FDCWD, file.toString(), 0, STATX_BLOCKS, buffer);
      boolean told = failed == 0 && (buffer.getInt(0) & STATX_BLOCKS) != 0;
      return new ByteSize(told ? buffer.getLong(BLOCKS_OFFSET) * BLOCK_BYTES : length);
    }
  }
}
