package dev.berth.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Images whose boot sector writes a name to the serial port, byte by byte, and halts. */
final class BootSector {
  private static final int TEXT_OFFSET = 0x20;
  private static final byte[] CODE = {
    (byte) 0xbe,
    TEXT_OFFSET,
    0x7c, // mov $0x7c20, %si
    (byte) 0xba,
    (byte) 0xf8,
    0x03, // mov $0x3f8, %dx
    0x2e,
    (byte) 0xac, // lods %cs:(%si), %al
    (byte) 0x84,
    (byte) 0xc0, // test %al, %al
    0x74,
    0x03, // jz halt
    (byte) 0xee, // out %al, (%dx)
    (byte) 0xeb,
    (byte) 0xf7, // jmp to lods
    (byte) 0xf4, // halt: hlt
    (byte) 0xeb,
    (byte) 0xfd, // jmp halt
  };

  private BootSector() {}

  /** A raw image in that directory that prints {@code booted NAME}. */
  static Path image(Path directory, String name) throws IOException {
    byte[] image = new byte[1 << 20];
    System.arraycopy(CODE, 0, image, 0, CODE.length);
    byte[] text = ("booted " + name + "\n").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, image, TEXT_OFFSET, text.length);
    image[510] = 0x55;
    image[511] = (byte) 0xaa;
    return Files.write(directory.resolve(name + ".img"), image);
  }
}
