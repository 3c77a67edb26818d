package dev.berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/** The smallest guests that there are: a boot sector each, on a disk of its own. */
final class BootSector {
  private static final int BYTES = 512;
  private static final int DISK_BYTES = 1 << 20;

  /**
   * Writes to a page of each 4 KiB from 1 MiB to where it is full, once, and goes on with one of
   * those below.
   *
   * <pre>
   *         cli                         ; the gate of the 21st address line, flat segments,
   *         in   al, 0x92               ; protected mode
   *         or   al, 2
   *         out  0x92, al
   *         xor  ax, ax
   *         mov  ds, ax
   *         o32 lgdt [0x7c00 + descriptor]
   *         mov  eax, cr0
   *         or   al, 1
   *         mov  cr0, eax
   *         jmp  dword 8:0x7c00 + flat
   *   flat: mov  ax, 0x10
   *         mov  ds, ax
   *         mov  ebx, 0x100000
   *   fill: inc  byte [ebx]
   *         add  ebx, 0x1000
   *         cmp  ebx, full
   *         jb   fill
   * </pre>
   */
  private static final String FILLS =
      "fae4920c02e69231c08ed8660f0116787c0f20c00c010f22c066ea217c00"
          + "00080066b810008ed8bb00001000fe0381c30010000081fb%s72f0";

  /**
   * Writes to a page of each 4 KiB from 1 MiB to 33 MiB, again and again.
   *
   * <pre>
   *   again:
   *         mov  ebx, 0x100000
   *   page: inc  byte [ebx]
   *         add  ebx, 0x1000
   *         cmp  ebx, 0x2100000
   *         jb   page
   *         jmp  again
   * </pre>
   */
  private static final String WRITES = "bb00001000fe0381c30010000081fb0000100272f0ebe9";

  /** {@code hlt} for ever. */
  private static final String RESTS = "f4ebfd";

  /** The segments, and at {@code descriptor} where they are. */
  private static final String SEGMENTS =
      "0000000000000000ffff0000009acf00ffff00000092cf001700607c0000";

  private static final int SEGMENTS_AT = 0x60;

  private BootSector() {}

  /**
   * A disk whose guest fills that much of its memory, and then never stops to write to 32 MiB of
   * it.
   */
  static void writing(Path disk, int mebibytes) throws IOException {
    write(disk, mebibytes, WRITES);
  }

  /** A disk whose guest fills that much of its memory, and then does nothing. */
  static void resting(Path disk, int mebibytes) throws IOException {
    write(disk, mebibytes, RESTS);
  }

  private static void write(Path disk, int mebibytes, String then) throws IOException {
    String full = "%08x".formatted(Integer.reverseBytes(mebibytes << 20));
    byte[] code = HexFormat.of().parseHex(FILLS.formatted(full) + then);
    byte[] segments = HexFormat.of().parseHex(SEGMENTS);
    byte[] content = Arrays.copyOf(code, DISK_BYTES);
    System.arraycopy(segments, 0, content, SEGMENTS_AT, segments.length);
    content[BYTES - 2] = 0x55;
    content[BYTES - 1] = (byte) 0xaa;
    Files.write(disk, content);
  }
}
