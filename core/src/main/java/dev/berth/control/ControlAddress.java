package dev.berth.control;

import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a host answers. Immutable. */
sealed interface ControlAddress permits UnixAddress, TlsAddress {
  String UNIX = "unix";
  String TLS = "tls";

  /** How an address is written. */
  String FORMS = "use unix:/path/to/control.sock, or tls://HOST:PORT";

  /**
   * The address in a URI such as {@code unix:/run/berth/control.sock} or {@code
   * tls://host.example?pkipath=/etc/pki/ops}.
   *
   * @param files for one of TLS that names none; empty for those of this user
   * @throws InvalidRequestException when it is no such URI
   */
  static ControlAddress of(URI uri, Optional<TlsFiles> files) {
    String path = uri.getPath();
    if (UNIX.equals(uri.getScheme()) && path != null && path.startsWith("/")) {
      try {
        return new UnixAddress(Path.of(path));
      } catch (InvalidPathException e) {
        throw wrong(uri, e.getReason(), e);
      }
    }
    if (TLS.equals(uri.getScheme())) {
      return TlsAddress.of(uri, files);
    }
    throw wrong(uri, FORMS, null);
  }

  private static InvalidRequestException wrong(URI uri, String why, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "'" + Params.printable(uri.toString()) + "' is no address of a host: " + why + ".", cause);
  }

  /**
   * A new connection.
   *
   * @throws HostUnreachableException when nobody listens there
   */
  Wire connect();

  /**
   * A new connection that can send file descriptors.
   *
   * @throws HostUnreachableException when nobody listens there
   * @throws dev.berth.error.UnsupportedException when there can be none
   */
  Wire connectForDescriptors();

  /** The error of a host that cannot be talked to, with the reason and the remedy. */
  HostUnreachableException unreachable(String reason, Throwable cause);

  /** How messages call it. */
  String text();
}
