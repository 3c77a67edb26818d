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
   * Writes to a page of each 4 KiB from 1 MiB to 33 MiB, again and again.
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
   *   again:
   *         mov  ebx, 0x100000
   *   page: inc  byte [ebx]
   *         add  ebx, 0x1000
   *         cmp  ebx, 0x2100000
   *         jb   page
   *         jmp  again
   * </pre>
   */
  private static final String WRITES =
      "fae4920c02e69231c08ed8660f0116587c0f20c00c010f22c066ea217c00"
          + "00080066b810008ed8bb00001000fe0381c30010000081fb0000100272f0"
          + "ebe966900000000000000000ffff0000009acf00ffff00000092cf001700"
          + "407c0000";

  /** {@code cli}, then {@code hlt} for ever. */
  private static final String RESTS = "faf4ebfd";

  private BootSector() {}

  /** A disk whose guest never stops to write to 32 MiB of its memory. */
  static void writing(Path disk) throws IOException {
    write(disk, WRITES);
  }

  /** A disk whose guest does nothing. */
  static void resting(Path disk) throws IOException {
    write(disk, RESTS);
  }

  private static void write(Path disk, String code) throws IOException {
    byte[] content = Arrays.copyOf(HexFormat.of().parseHex(code), DISK_BYTES);
    content[BYTES - 2] = 0x55;
    content[BYTES - 1] = (byte) 0xaa;
    Files.write(disk, content);
  }
}
