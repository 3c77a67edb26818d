package dev.berth.definition;

import java.nio.file.Path;
import java.util.Optional;

/** What the machine boots. */
public sealed interface Boot {

  /** The BIOS (SeaBIOS) boots from the disks in their order. */
  record Firmware() implements Boot {}

  /**
   * The UEFI firmware boots from the disks in their order, or as its variables say, which belong to
   * the domain and are kept until it is undefined.
   *
   * @param secureBoot whether it starts only what is signed
   */
  record Uefi(SecureBoot secureBoot) implements Boot {}

  /** Whether a UEFI firmware starts only what is signed by a key that it knows. */
  enum SecureBoot {
    ON,
    OFF
  }

  /**
   * QEMU loads the kernel itself.
   *
   * @param kernel absolute path of a bzImage or PVH ELF kernel; read by QEMU at start and reset
   * @param initrd absolute path of the initial RAM disk
   * @param commandLine kernel command line, possibly empty
   */
  record Kernel(Path kernel, Optional<Path> initrd, String commandLine) implements Boot {

    /** A kernel whose files have absolute paths. */
    public Kernel {
      if (!kernel.isAbsolute()) {
        throw new IllegalArgumentException("the kernel's path must be absolute: " + kernel);
      }
      if (initrd.isPresent() && !initrd.get().isAbsolute()) {
        throw new IllegalArgumentException("the initrd's path must be absolute: " + initrd.get());
      }
    }
  }
}
