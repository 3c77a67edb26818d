package dev.berth.config;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads along what goes over the network of this machine, that between its own addresses too, and
 * notes which of some words it has. Needs the privileges of root. Whoever made it closes it.
 *
 * <p>Threads: {@code wire-tap} reads.
 */
final class WireTap implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;

  /** {@code ETH_P_ALL}, in the order of the network. */
  private static final int EVERYTHING = 0x0300;

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;

  /** {@code struct timeval} of a tenth of a second. */
  private static final long[] LOOK_UP = {0, 100_000};

  private static final int LONGEST = 256 << 10;
  private static final Sockets SOCKETS = Native.load("c", Sockets.class);

  private final int socket;
  private final List<String> words;
  private final Set<String> read = ConcurrentHashMap.newKeySet();
  private final Thread reading = new Thread(this::readAlong, "wire-tap");
  private volatile boolean closed;

  /** Of the C library. */
  interface Sockets extends Library {
    int socket(int domain, int type, int protocol);

    int setsockopt(int socket, int level, int option, long[] value, int length);

    int recv(int socket, byte[] buffer, long length, int flags);

    int close(int socket);
  }

  private WireTap(int socket, List<String> words) {
    this.socket = socket;
    this.words = words;
  }

  static boolean isPossible() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Begins to look for those words. */
  static WireTap forWords(String... words) {
    int socket = SOCKETS.socket(AF_PACKET, SOCK_RAW, EVERYTHING);
    if (socket < 0
        || SOCKETS.setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, LOOK_UP, 2 * Long.BYTES) != 0) {
      throw new AssertionError("nobody reads along here: errno " + Native.getLastError());
    }
    WireTap tap = new WireTap(socket, List.of(words));
    tap.reading.start();
    return tap;
  }

  private void readAlong() {
    byte[] packet = new byte[LONGEST];
    while (!closed) {
      int length = SOCKETS.recv(socket, packet, packet.length, 0);
      if (length > 0) {
        String text = new String(Arrays.copyOf(packet, length), StandardCharsets.ISO_8859_1);
        words.stream().filter(text::contains).forEach(read::add);
      }
    }
  }

  /** Those that went over it so far. */
  Set<String> read() {
    return Set.copyOf(read);
  }

  @Override
  public void close() {
    closed = true;
    try {
      reading.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    SOCKETS.close(socket);
  }
}
