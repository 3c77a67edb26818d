package dev.berth.socket;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Connects without waiting. A UNIX socket connects at once, or not before its listener accepts
 * somebody: when as many wait there as it is willing to have.
 */
public final class UnixConnect {
  private UnixConnect() {}

  /**
   * Connects that channel, which does not block.
   *
   * @return whether it is connected; false when its listener takes no connection now
   * @throws IOException when nobody listens there
   */
  public static boolean atOnce(SocketChannel channel, Path socket) throws IOException {
    try {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException nobodyListens) {
      throw nobodyListens;
    } catch (SocketException full) { // EAGAIN, for which the JDK has no class
      if (!Files.isWritable(socket)) {
        throw full;
      }
      return false;
    }
  }
}
