package dev.berth.tls;

import dev.berth.api.Api;
import dev.berth.error.HostFailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The PEM files of one end of a TLS connection, which are the same whether it connects or is
 * connected to. Only names: nothing here looks at the disk.
 *
 * @param authorities the certificates of those whose signature is believed
 * @param certificate what this end shows: its certificate, and behind it those between it and an
 *     authority, if any
 * @param key the private key of the certificate, not encrypted, in a file that nobody but its owner
 *     may read
 */
@Api(since = "0.1")
public record TlsFiles(Path authorities, Path certificate, Path key) {
  private static final int ROOT = 0;

  /** {@code ca.pem}, {@code cert.pem} and {@code key.pem} in that directory. */
  public static TlsFiles in(Path directory) {
    return new TlsFiles(
        directory.resolve("ca.pem"), directory.resolve("cert.pem"), directory.resolve("key.pem"));
  }

  /**
   * Those of a user: what {@code BERTH_TLS_CA}, {@code BERTH_TLS_CERTIFICATE} and {@code
   * BERTH_TLS_KEY} say, and else the files {@link #in} {@code /etc/berth/tls} for root, {@code
   * ${XDG_CONFIG_HOME:-~/.config}/berth/tls} for others.
   *
   * @param environment variables of the process
   * @param userId numeric user id
   */
  public static TlsFiles of(Map<String, String> environment, int userId) {
    TlsFiles usual = in(directory(environment, userId));
    return new TlsFiles(
        named(environment, "BERTH_TLS_CA", usual.authorities),
        named(environment, "BERTH_TLS_CERTIFICATE", usual.certificate),
        named(environment, "BERTH_TLS_KEY", usual.key));
  }

  /** The same for the user of this process. */
  public static TlsFiles ofThisUser() {
    try {
      return of(System.getenv(), (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException unreadable) {
      throw new HostFailureException(
          "Cannot tell which user this is: /proc/self is not readable. Mount /proc.", unreadable);
    }
  }

  private static Path directory(Map<String, String> environment, int userId) {
    if (userId == ROOT) {
      return Path.of("/etc/berth/tls");
    }
    Path home = Path.of(environment.getOrDefault("HOME", "/"));
    String configuration = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path base = configuration.startsWith("/") ? Path.of(configuration) : home.resolve(".config");
    return base.resolve("berth").resolve("tls");
  }

  private static Path named(Map<String, String> environment, String variable, Path usual) {
    String value = environment.getOrDefault(variable, "");
    return value.isEmpty() ? usual : Path.of(value);
  }
}
