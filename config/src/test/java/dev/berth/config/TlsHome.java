package dev.berth.config;

import dev.berth.tls.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;

/** A home whose host listens at an address of its own, for hosts of the same authority. */
final class TlsHome {
  private final String address;
  private final int port;

  private TlsHome(String address, int port) {
    this.address = address;
    this.port = port;
  }

  /**
   * Puts a host's certificate there, and settings by which it listens.
   *
   * @param name its common name
   * @param address which it has, and no other host
   * @param trusted the common name of the host whose machines it takes
   */
  static TlsHome of(
      TestHome home, TestAuthority authority, String name, String address, String trusted) {
    try {
      return of(home, authority, name, address, freePort(InetAddress.getByName(address)), trusted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same at a port that is known to be free there. */
  static TlsHome of(
      TestHome home,
      TestAuthority authority,
      String name,
      String address,
      int port,
      String trusted) {
    try {
      InetAddress own = InetAddress.getByName(address);
      authority.issue("CN=" + name).at(own).into(home.directory().resolve("tls"));
      TlsHome made = new TlsHome(address, port);
      home.set("listen", made.uri().toString());
      home.set("tls-hosts", "CN=" + trusted);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort(InetAddress own) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, own)) {
      return free.getLocalPort();
    }
  }

  URI uri() {
    return URI.create("tls://" + address + ":" + port);
  }
}
