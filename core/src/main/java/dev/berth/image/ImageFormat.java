package dev.berth.image;

import dev.berth.api.Api;
import java.util.Optional;

/** How an image is written, by the names of QEMU's block drivers. Newer versions may have more. */
@Api(since = "0.1")
public enum ImageFormat {
  /** QEMU's own, which grows as it is written, and can stand on another. */
  QCOW2("qcow2"),
  /** The disk's bytes, one after the other. */
  RAW("raw");

  private final String text;

  ImageFormat(String text) {
    this.text = text;
  }

  /** The word as people, programs and QEMU read it. */
  public String text() {
    return text;
  }

  /** The format of that text; empty for one that is not supported. */
  public static Optional<ImageFormat> of(String text) {
    for (ImageFormat format : values()) {
      if (format.text.equals(text)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
