package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * What VNC asks for before it shows a screen. Never shown; in memory only.
 *
 * @param text in UTF-8, 1 to 8 bytes: VNC heeds no more, and QEMU would cut off the rest
 * @param lifetime after which nobody gets in with it any more; who is in stays. Without one it is
 *     good until there is another
 */
@Api(since = "0.1")
public record VncPassword(byte[] text, Optional<Duration> lifetime) {
  /** The most that VNC heeds, in bytes. */
  public static final int LONGEST = 8;

  /**
   * Checks and copies.
   *
   * @throws InvalidRequestException when it has no such length, is no UTF-8, or has a NUL in it, or
   *     its lifetime is negative
   */
  public VncPassword {
    if (text.length == 0 || text.length > LONGEST) {
      throw new InvalidRequestException(
          "password: must have 1 to "
              + LONGEST
              + " bytes, has "
              + text.length
              + "; VNC heeds no more.");
    }
    for (byte each : text) {
      if (each == 0) {
        throw new InvalidRequestException("password: must not have a NUL in it.");
      }
    }
    requireUtf8(text);
    if (lifetime.isPresent() && lifetime.get().isNegative()) {
      throw new InvalidRequestException(
          "lifetime: must not be negative, is " + lifetime.get() + ".");
    }
    text = text.clone();
  }

  private static void requireUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text)); // reports, replaces nothing
    } catch (CharacterCodingException malformed) {
      throw new InvalidRequestException("password: must be UTF-8.");
    }
  }

  /** One that is good until there is another. */
  public static VncPassword of(byte[] text) {
    return new VncPassword(text, Optional.empty());
  }

  /** The same, for that time only. */
  public VncPassword expiringIn(Duration time) {
    return new VncPassword(text, Optional.of(time));
  }

  @Override
  public byte[] text() {
    return text.clone();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "VncPassword[" + lifetime + "]";
  }
}
