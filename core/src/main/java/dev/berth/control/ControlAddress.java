package dev.berth.control;

import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where a host answers.
 *
 * @param socket path of its control socket
 */
record ControlAddress(Path socket) {
  private static final String SCHEME = "unix";

  /**
   * The address in a URI such as {@code unix:/run/berth/control.sock}.
   *
   * @throws InvalidRequestException when it is no such URI
   */
  static ControlAddress of(URI uri) {
    String path = uri.getPath();
    if (!SCHEME.equals(uri.getScheme()) || path == null || !path.startsWith("/")) {
      throw new InvalidRequestException(
          "'"
              + Params.printable(uri.toString())
              + "' is no address of a host: use unix:/path/to/control.sock.");
    }
    try {
      return new ControlAddress(Path.of(path));
    } catch (InvalidPathException e) {
      throw new InvalidRequestException(
          "'" + Params.printable(uri.toString()) + "' is no address of a host: " + e.getReason(),
          e);
    }
  }

  /**
   * A new connection.
   *
   * @throws HostUnreachableException when nobody listens there
   */
  SocketChannel connect() {
    return connected(
        () -> {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
          try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
          } catch (IOException e) {
            channel.close();
            throw e;
          }
        });
  }

  /**
   * A new connection that can send file descriptors.
   *
   * @throws HostUnreachableException when nobody listens there
   */
  SocketChannel connectForDescriptors() {
    return connected(() -> DescriptorOutput.connect(socket));
  }

  private interface Connecting {
    SocketChannel connect() throws IOException;
  }

  private SocketChannel connected(Connecting connecting) {
    try {
      return connecting.connect();
    } catch (ConnectException e) {
      throw unreachable("the socket is there, but no process listens (its host has ended)", e);
    } catch (IOException e) {
      throw unreachable(
          Files.exists(socket) ? String.valueOf(e.getMessage()) : "there is no such socket", e);
    }
  }

  /** The error of a host that cannot be talked to, with the reason and the remedy. */
  HostUnreachableException unreachable(String reason, Throwable cause) {
    return new HostUnreachableException(
        "No host answers at " + socket + ": " + reason + ". 'vmctl daemon run' starts one.", cause);
  }
}
