package dev.berth.control;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that have not shown yet who they are: not many, nor many of one address. What their
 * handshakes take of the processors is half of them at most, each in its turn: strangers can make a
 * server reckon for some milliseconds, as often as they like.
 */
final class Newcomers {
  private static final Logger LOG = LoggerFactory.getLogger(Newcomers.class);

  private final TlsLimits limits;
  private final Complaints complaints = new Complaints(LOG);
  private final Map<SocketChannel, Newcomer> present = new HashMap<>();
  private final Semaphore processors =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

  private boolean closed;

  private record Newcomer(InetAddress from, Thread thread) {}

  Newcomers(TlsLimits limits) {
    this.limits = limits;
  }

  /** Takes one in, if there is room; whether it did. */
  synchronized boolean add(SocketChannel channel, InetAddress from, Thread thread) {
    long ofThatAddress = present.values().stream().filter(each -> each.from().equals(from)).count();
    if (closed
        || present.size() >= limits.newcomers()
        || ofThatAddress >= limits.newcomersOfOneAddress()) {
      return false;
    }
    present.put(channel, new Newcomer(from, thread));
    return true;
  }

  /** Runs what takes a while, when it is its turn. */
  void reckon(Runnable task) {
    processors.acquireUninterruptibly();
    try {
      task.run();
    } finally {
      processors.release();
    }
  }

  /** Says why one is not served. */
  void complain(String what) {
    complaints.say(what);
  }

  /** It is none any more. */
  synchronized void remove(SocketChannel channel) {
    present.remove(channel);
  }

  /** Ends all, and waits until they have ended. */
  void close() throws InterruptedException {
    Map<SocketChannel, Newcomer> last;
    synchronized (this) {
      closed = true;
      last = Map.copyOf(present);
    }
    for (SocketChannel channel : last.keySet()) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("closing failed: {}", e.toString());
      }
    }
    for (Newcomer each : List.copyOf(last.values())) {
      each.thread().join();
    }
  }
}
