package dev.berth.qmp;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.newsclub.net.unix.BrokenPipeSocketException;
import org.newsclub.net.unix.ConnectionResetSocketException;

/** What an end of the stream, or a failure of the socket, means. */
final class Disconnects {
  private Disconnects() {}

  static QmpDisconnect hungUp() {
    return QmpDisconnect.of(QmpDisconnect.Reason.HUNG_UP, "QEMU closed the connection");
  }

  /** A peer that is gone shows as one of several exceptions, by what the socket was doing. */
  static QmpDisconnect of(IOException e) {
    boolean gone =
        e instanceof ConnectionResetSocketException
            || e instanceof BrokenPipeSocketException
            || e instanceof ClosedChannelException;
    if (gone) {
      return new QmpDisconnect(
          QmpDisconnect.Reason.HUNG_UP, "QEMU closed the connection while it was in use", e);
    }
    String what = e instanceof SocketException ? "the socket failed" : "reading or writing failed";
    return new QmpDisconnect(QmpDisconnect.Reason.IO_FAILURE, what + ": " + e.getMessage(), e);
  }
}
