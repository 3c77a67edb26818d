package dev.berth.image;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.ImageOrigin.OverlayOf;
import java.util.Optional;

/**
 * How a new image is made.
 *
 * @param origin what it begins with
 * @param format how it is written; empty for as its origin, which is qcow2 for one that begins
 *     empty
 * @param compression of what is copied; what a guest writes later is not compressed
 */
@Api(since = "0.1")
public record ImageRecipe(
    ImageOrigin origin, Optional<ImageFormat> format, Compression compression) {

  /** Whether what is copied takes less room and more time. */
  public enum Compression {
    /** It is copied as it is. */
    NONE,
    /** By zlib; only in qcow2. */
    ZLIB
  }

  /**
   * A checked recipe.
   *
   * @throws InvalidRequestException when no image can be like that
   */
  public ImageRecipe {
    if (format.equals(Optional.of(ImageFormat.RAW)) && compression != Compression.NONE) {
      throw new InvalidRequestException(
          "compression: only images of format qcow2 can be compressed.");
    }
    if (format.equals(Optional.of(ImageFormat.RAW)) && origin instanceof OverlayOf) {
      throw new InvalidRequestException(
          "format: only images of format qcow2 can stand on others. Copy it instead.");
    }
    boolean copies =
        origin instanceof ImageOrigin.CopyOf || origin instanceof ImageOrigin.ImportedFile;
    if (!copies && compression != Compression.NONE) {
      throw new InvalidRequestException("compression: nothing is copied that could be compressed.");
    }
  }

  /** That origin, as it is. */
  public static ImageRecipe of(ImageOrigin origin) {
    return new ImageRecipe(origin, Optional.empty(), Compression.NONE);
  }

  /** The same in that format. */
  public ImageRecipe as(ImageFormat other) {
    return new ImageRecipe(origin, Optional.of(other), compression);
  }
}
