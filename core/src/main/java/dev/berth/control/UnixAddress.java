package dev.berth.control;

import dev.berth.error.HostUnreachableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A host on this machine.
 *
 * @param socket path of its control socket
 */
record UnixAddress(Path socket) implements ControlAddress {

  @Override
  public Wire connect() {
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

  @Override
  public Wire connectForDescriptors() {
    return connected(() -> DescriptorOutput.connect(socket));
  }

  private interface Connecting {
    SocketChannel connect() throws IOException;
  }

  private Wire connected(Connecting connecting) {
    try {
      return new Wire(connecting.connect(), Protocol.MAX_REPLY_BYTES);
    } catch (ConnectException e) {
      throw unreachable("the socket is there, but no process listens (its host has ended)", e);
    } catch (IOException e) {
      throw unreachable(
          Files.exists(socket) ? String.valueOf(e.getMessage()) : "there is no such socket", e);
    }
  }

  @Override
  public HostUnreachableException unreachable(String reason, Throwable cause) {
    return new HostUnreachableException(
        "No host answers at " + socket + ": " + reason + ". 'vmctl daemon run' starts one.", cause);
  }

  @Override
  public String text() {
    return socket.toString();
  }
}
