package dev.berth.machine;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What two QEMUs know each other by that send and take in one state, or images, and what that is
 * encrypted with. Made by the source for one migration, told to the target over their own
 * connection, and kept in memory until QEMU has it.
 *
 * @param hex its bytes
 */
public record StreamKey(String hex) {
  private static final int BYTES = 32;

  /**
   * Checks that it is one.
   *
   * @throws IllegalArgumentException when it is none
   */
  public StreamKey {
    if (!hex.matches("[0-9a-f]{" + 2 * BYTES + "}")) {
      throw new IllegalArgumentException("a key is not " + BYTES + " bytes in hexadecimal digits");
    }
  }

  /** A new one. */
  public static StreamKey random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new StreamKey(HexFormat.of().formatHex(bytes));
  }

  /** Does not tell it, for logs and messages. */
  @Override
  public String toString() {
    return "StreamKey[secret]";
  }
}
