package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;
import java.util.Optional;

/** What a new image begins with. */
@Api(since = "0.1")
public sealed interface ImageOrigin {

  /**
   * Nothing: the guest finds zeros.
   *
   * @param size what the guest sees; a multiple of 512 bytes
   * @param preallocation what of it is taken from the disk at once
   */
  record Empty(ByteSize size, Preallocation preallocation) implements ImageOrigin {
    /**
     * A checked wish.
     *
     * @throws InvalidRequestException when the size is none of a disk
     */
    public Empty {
      requireDiskSize(size);
    }
  }

  /**
   * The content of a file that is in no pool. The image is a copy, and keeps nothing of the file's
   * header.
   *
   * @param file where it is on the host; absolute
   * @param format how it is written; empty to look at its beginning, which whoever wrote the file
   *     decides about. What is found goes on record
   */
  record ImportedFile(Path file, Optional<ImageFormat> format) implements ImageOrigin {
    /**
     * A checked wish.
     *
     * @throws InvalidRequestException when the path is not absolute
     */
    public ImportedFile {
      if (!file.isAbsolute()) {
        throw new InvalidRequestException(
            "file: should be an absolute path, but it is '"
                + ImageName.printable(file + "")
                + "'.");
      }
      file = file.normalize();
    }
  }

  /**
   * The content of another image, copied.
   *
   * @param image which
   */
  record CopyOf(ImageName image) implements ImageOrigin {}

  /**
   * The content of another image, on which the new one stands: it has only what is different, and
   * the other cannot be deleted as long as it is there. Nothing may write to the other any more.
   *
   * @param image which
   */
  record OverlayOf(ImageName image) implements ImageOrigin {}

  /** What of an empty image is taken from the disk at once. */
  enum Preallocation {
    /** Nothing. */
    OFF,
    /** What says where the blocks are; of a raw image nothing. */
    METADATA,
    /** All of it, reserved by the file system. */
    FALLOC,
    /** All of it, written with zeros. */
    FULL
  }

  /**
   * Refuses what no disk can have as its size.
   *
   * @throws InvalidRequestException when it is not a positive multiple of 512 bytes
   */
  static void requireDiskSize(ByteSize size) {
    if (size.bytes() == 0 || size.bytes() % 512 != 0) {
      throw new InvalidRequestException(
          "size: should be a multiple of 512 bytes and more than none, but it is " + size + ".");
    }
  }
}
