package dev.berth.engine.image;

import dev.berth.error.InvalidRequestException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFormat;
import dev.berth.image.Qcow2Header;
import java.util.Optional;

/** What is taken of images that strangers may have made, and as what. Pure. */
public final class ForeignImages {
  private ForeignImages() {}

  /**
   * How a file is read.
   *
   * @param wanted what the caller says; empty to go by what the file begins with
   * @throws InvalidRequestException when it cannot be read so, or must not be
   */
  public static ImageFormat format(FoundImage found, Optional<ImageFormat> wanted) {
    if (found.bytes() == 0) {
      throw refused(found, "is empty");
    }
    ImageFormat format =
        wanted.orElse(found.header().isPresent() ? ImageFormat.QCOW2 : ImageFormat.RAW);
    if (format == ImageFormat.RAW) {
      if (wanted.isEmpty()) {
        found
            .otherFormat()
            .ifPresent(
                name -> {
                  throw refused(
                      found,
                      "looks like "
                          + name
                          + ": convert it with 'qemu-img convert -O qcow2' first, or say '--format"
                          + " raw' if that is what a guest is to see");
                });
      }
      return requireSectors(found);
    }
    Qcow2Header header =
        found
            .header()
            .orElseThrow(() -> refused(found, "is not a qcow2 image: say which format it has"));
    header
        .foreignObstacle()
        .ifPresent(
            why -> {
              throw refused(found, why);
            });
    return format;
  }

  private static ImageFormat requireSectors(FoundImage found) {
    if (found.bytes() % 512 != 0) {
      throw refused(found, "cannot be raw: its size is no multiple of 512 bytes");
    }
    return ImageFormat.RAW;
  }

  private static InvalidRequestException refused(FoundImage found, String why) {
    return new InvalidRequestException("Cannot import '" + found.file() + "': it " + why + ".");
  }
}
