package dev.berth.definition;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A block device.
 *
 * @param name unique in the domain; also the stem of its node names and device id
 * @param device what the guest sees
 * @param format of the image, always explicit, never guessed from content
 * @param file absolute path of the image; empty only for a CD-ROM drive without a medium
 * @param access whether the guest may write
 * @param attachment how it is attached
 */
public record Disk(
    String name,
    DiskDevice device,
    DiskFormat format,
    Optional<Path> file,
    Access access,
    DiskAttachment attachment) {

  /** A disk whose file has an absolute path. */
  public Disk {
    if (file.isPresent() && !file.get().isAbsolute()) {
      throw new IllegalArgumentException("a disk's file must be absolute: " + file.get());
    }
  }

  /** A disk that is attached in the usual way. */
  public Disk(
      String name, DiskDevice device, DiskFormat format, Optional<Path> file, Access access) {
    this(name, device, format, file, access, DiskAttachment.usual(device));
  }

  /** What the guest sees. */
  public enum DiskDevice {
    /** A hard disk. */
    DISK,
    /** A read-only CD-ROM drive. */
    CDROM
  }

  /** Image formats, by the names of their QEMU block drivers. */
  public enum DiskFormat {
    QCOW2,
    RAW
  }

  /** Whether the guest may write. */
  public enum Access {
    READ_WRITE,
    READ_ONLY
  }
}
