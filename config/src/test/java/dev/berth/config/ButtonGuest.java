package dev.berth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** A guest of one sector: it sleeps until its power button is pressed, and turns itself off. */
final class ButtonGuest {
  /** What it writes to its console once it heeds the button. */
  static final String UP = "!";

  private static final int SECTOR = 512;
  private static final int SIZE = 1 << 20;

  /** The ports are those of ACPI's PM1 events and control, where SeaBIOS has them on q35. */
  private static final String CODE =
      "fa" // cli
          + "31c0" // xor %ax, %ax
          + "8ed8" // mov %ax, %ds
          + "8ed0" // mov %ax, %ss
          + "bc007c" // mov $0x7c00, %sp
          + "ba0206" // mov $0x602, %dx
          + "b80001" // mov $0x100, %ax
          + "ef" // out %ax, (%dx): the power button counts
          + "baf803" // mov $0x3f8, %dx
          + "b021" // mov $'!', %al
          + "ee" // out %al, (%dx): to the console
          + "fb" // sti
          + "f4" // wait: hlt, until the clock ticks
          + "ba0006" // mov $0x600, %dx
          + "ed" // in (%dx), %ax
          + "f6c401" // test $1, %ah: was it pressed?
          + "74f6" // je wait
          + "ba0406" // mov $0x604, %dx
          + "b80020" // mov $0x2000, %ax
          + "ef" // out %ax, (%dx): off
          + "ebed"; // jmp wait

  private ButtonGuest() {}

  /** Writes its disk, a raw image, and returns the lines of a definition that boot from it. */
  static String[] write(Path image) throws IOException {
    byte[] code = HexFormat.of().parseHex(CODE);
    byte[] disk = new byte[SIZE];
    System.arraycopy(code, 0, disk, 0, code.length);
    disk[SECTOR - 2] = 0x55;
    disk[SECTOR - 1] = (byte) 0xaa;
    Files.write(image, disk);
    return definition(image);
  }

  /** The lines of a definition that boot from that image. */
  static String[] definition(Path image) {
    return new String[] {
      "memory: 64MiB",
      "boot: {firmware: bios}",
      "disks: [{name: root, file: " + image + ", format: raw}]"
    };
  }
}
