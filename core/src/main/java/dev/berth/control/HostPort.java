package dev.berth.control;

import dev.berth.error.InvalidRequestException;
import java.net.URI;

/**
 * Where a host listens for TLS.
 *
 * @param host a name or an address, an IPv6 one without brackets
 * @param port of TCP
 */
record HostPort(String host, int port) {
  /** Where hosts listen for TLS unless they are told another one. */
  static final int USUAL_PORT = 16520;

  private static final int HIGHEST_PORT = 65_535;

  /**
   * The one in a URI such as {@code tls://host.example:16520}.
   *
   * @throws InvalidRequestException when it is no such URI
   */
  static HostPort of(URI uri) {
    String host = uri.getHost();
    boolean more =
        uri.getRawUserInfo() != null
            || uri.getRawFragment() != null
            || uri.getRawPath() != null && !uri.getRawPath().matches("/?");
    if (!ControlAddress.TLS.equals(uri.getScheme()) || host == null || more) {
      throw wrong(uri, "it should be tls://HOST or tls://HOST:PORT");
    }
    int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
    if (port > HIGHEST_PORT) {
      throw wrong(uri, "there is no port " + port);
    }
    return new HostPort(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  static InvalidRequestException wrong(URI uri, String why) {
    return new InvalidRequestException(
        "'" + Params.printable(uri.toString()) + "' is no address for TLS: " + why + ".");
  }

  /** The URI. */
  String text() {
    return ControlAddress.TLS + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
