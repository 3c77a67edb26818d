package dev.berth.domain;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;

/**
 * Over how many connections QEMU sends the state of a machine, and how it makes that smaller (QAPI
 * {@code multifd}). Pages are read, and compressed, by one thread for each connection.
 *
 * @param count of connections beside the first one; 1 for that alone, unless there is compression
 * @param compression how what is sent is made smaller
 */
@Api(since = "0.1")
public record StateChannels(int count, Compression compression) {
  /** As QEMU does it by itself. */
  public static final StateChannels ONE = new StateChannels(1, Compression.NONE);

  private static final int MOST = 255; // QAPI multifd-channels

  /**
   * A checked number.
   *
   * @throws InvalidRequestException when it is none that QEMU takes
   */
  public StateChannels {
    if (count < 1 || count > MOST) {
      throw new InvalidRequestException(
          "channels: should be 1 to " + MOST + ", but it is " + count + ".");
    }
  }

  /** Whether that is more than QEMU does by itself. */
  public boolean areMany() {
    return count > 1 || compression != Compression.NONE;
  }

  /** How memory is made smaller on its way; it costs CPU time at both hosts. */
  public enum Compression {
    /** Not at all. */
    NONE("none"),
    /** By zlib, which each QEMU has. */
    ZLIB("zlib"),
    /** By zstd, faster than zlib; a QEMU has it if it was built with it. */
    ZSTD("zstd");

    private final String text;

    Compression(String text) {
      this.text = text;
    }

    /** The word of QAPI {@code MultiFDCompression}. */
    public String text() {
      return text;
    }
  }
}
