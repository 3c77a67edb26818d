package dev.berth.definition;

import java.nio.file.Path;

/** Where a disk's image is. */
public sealed interface DiskSource {

  /**
   * A file or block device.
   *
   * @param path absolute
   */
  record File(Path path) implements DiskSource {
    /** A file with an absolute path. */
    public File {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("a disk's file must be absolute: " + path);
      }
    }
  }

  /**
   * A file or block device that is open already.
   *
   * @param name by which whoever starts the domain gives its descriptor
   */
  record Descriptor(String name) implements DiskSource {}
}
