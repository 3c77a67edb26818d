package dev.berth.definition;

import dev.berth.image.ImageName;
import java.nio.file.Path;
import java.util.Optional;

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
   * An image of a pool, by the name that the host knows it by.
   *
   * @param name the image's
   * @param path of its file, absolute; empty until the host has looked that up
   */
  record Image(ImageName name, Optional<Path> path) implements DiskSource {
    /** One that is not looked up yet. */
    public Image(ImageName name) {
      this(name, Optional.empty());
    }
  }

  /**
   * A file or block device that is open already.
   *
   * @param name by which whoever starts the domain gives its descriptor
   */
  record Descriptor(String name) implements DiskSource {}
}
