package dev.berth.engine.migration;

import dev.berth.error.HostFailureException;
import dev.berth.migration.StreamAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** The socket on which another host's QEMU takes in a state. */
public final class StreamSocket {
  private static final int TYPE = 0170000;
  private static final int SOCKET = 0140000;

  private StreamSocket() {}

  /**
   * Sees that a stream goes to a socket of the user whose host answers on a control socket: a host
   * cannot have the QEMU of another user connect to whatever that one may.
   *
   * @throws HostFailureException when it is not
   */
  static void requireOwnerOf(Path control, StreamAddress stream) {
    if (!(stream instanceof StreamAddress.Socket socket)) {
      throw notItsOwn(stream);
    }
    try {
      Map<String, Object> facts =
          Files.readAttributes(socket.path(), "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
      if (((Integer) facts.get("mode") & TYPE) != SOCKET
          || !Files.getAttribute(control, "unix:uid").equals(facts.get("uid"))) {
        throw notItsOwn(stream);
      }
    } catch (IOException e) {
      throw new HostFailureException(
          "The other host names '"
              + stream.text()
              + "' to send the state to, which cannot be looked at: "
              + e
              + ".",
          e);
    }
  }

  private static HostFailureException notItsOwn(StreamAddress stream) {
    return new HostFailureException(
        "The other host names '"
            + stream.text()
            + "' to send the state to, which is no socket of its user. Nothing was sent.");
  }
}
