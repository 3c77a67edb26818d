package dev.berth.control;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import dev.berth.tls.TlsFiles;
import java.net.URI;

/**
 * Where and how a host listens for TLS.
 *
 * @param host the address, or a name that has it; {@code 0.0.0.0} and {@code ::} are all of this
 *     machine
 * @param port of TCP; 0 takes one that is free
 * @param files what the host shows and believes
 * @param access whom it serves
 */
@Api(since = "0.1")
public record TlsEndpoint(String host, int port, TlsFiles files, TlsAccess access) {

  /**
   * An endpoint by its URI.
   *
   * @param uri {@code tls://ADDRESS:PORT}; without a port it is 16520
   * @throws InvalidRequestException when it is no such URI
   */
  public static TlsEndpoint of(URI uri, TlsFiles files, TlsAccess access) {
    HostPort place = HostPort.of(uri);
    if (uri.getRawQuery() != null) {
      throw HostPort.wrong(uri, "it should be tls://ADDRESS or tls://ADDRESS:PORT");
    }
    return new TlsEndpoint(place.host(), place.port(), files, access);
  }
}
