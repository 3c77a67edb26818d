package dev.berth.launcher;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** MAC addresses that stay with an interface: made from its domain and its name. */
final class MacAddress {
  private MacAddress() {}

  /** The address of that interface of that domain, in QEMU's range {@code 52:54:00}. */
  static String of(UUID domain, String nic) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((domain + "/" + nic).getBytes(StandardCharsets.UTF_8));
      return String.format("52:54:00:%02x:%02x:%02x", hash[0], hash[1], hash[2]);
    } catch (NoSuchAlgorithmException never) {
      throw new AssertionError("every Java has SHA-256", never);
    }
  }
}
