package dev.berth.control;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a TCP connection whose peer shall still read why. Closing a socket that holds unread
 * bytes resets the connection, and with it what the peer has not read.
 */
final class LastWords {
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);
  private static final long LIMIT_MILLIS = 2_000;

  private final SocketChannel channel;

  LastWords(SocketChannel channel) {
    this.channel = channel;
  }

  /** Ends our side, and reads on until the peer ends its own, for 2 s at most. */
  void letThemArrive() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
    byte[] unread = new byte[8 * 1024];
    try {
      channel.shutdownOutput();
      InputStream stream = channel.socket().getInputStream();
      long left = LIMIT_MILLIS;
      while (left > 0) {
        channel.socket().setSoTimeout((int) left);
        if (stream.read(unread) < 0) {
          return;
        }
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      }
    } catch (IOException e) {
      LOG.debug("the peer did not wait for the end: {}", e.toString());
    }
  }
}
