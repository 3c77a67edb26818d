package dev.berth.control;

import dev.berth.error.BusyException;
import dev.berth.host.VmHost;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clients that one server serves. Few, and blocking code is plain, so each has its own threads;
 * they grow with clients and their calls in flight, never with domains. Thread-safe.
 */
final class Clients {
  private static final Logger LOG = LoggerFactory.getLogger(Clients.class);
  private static final long END_OF_THREADS_MILLIS = 5_000;

  private final Function<String, VmHost> hosts;
  private final Methods methods;
  private final ControlLimits limits;
  private final Map<ClientConnection, Served> served = new ConcurrentHashMap<>();
  private boolean closing;

  /** Who it is, and the thread that reads what it sends. */
  private record Served(Peer peer, Thread thread) {}

  Clients(Function<String, VmHost> hosts, Runnable stop, ControlLimits limits) {
    this.hosts = hosts;
    this.methods = new Methods(stop);
    this.limits = limits;
  }

  /**
   * Takes a client in, and serves it on a thread of its own.
   *
   * @param name of its threads
   * @param admission as of {@link ClientConnection}
   * @throws BusyException when there are as many as there may be
   */
  void start(String name, Peer peer, Supplier<Access> admission, Wire wire) {
    var client = new ClientConnection(name, peer, admission, wire, hosts, methods, limits);
    Thread thread = NamedThreads.single(name, () -> serve(client));
    add(client, new Served(peer, thread), limits.clients());
    thread.start();
  }

  /**
   * Takes a client in whom the calling thread will {@link #serve}.
   *
   * @param ofOnePeer how many connections one peer may have
   * @throws BusyException when there are as many as there may be
   */
  ClientConnection admit(String name, Peer peer, Access access, Wire wire, int ofOnePeer) {
    var client = new ClientConnection(name, peer, () -> access, wire, hosts, methods, limits);
    add(client, new Served(peer, Thread.currentThread()), ofOnePeer);
    return client;
  }

  private synchronized void add(ClientConnection client, Served serving, int ofOnePeer) {
    if (closing) {
      throw new BusyException("This host is being closed. Try again when it is back.");
    }
    if (served.size() >= limits.clients()) {
      throw new BusyException(
          "This host serves "
              + limits.clients()
              + " clients already, which is its limit. Close one and try again.");
    }
    Peer peer = serving.peer();
    if (served.values().stream().filter(each -> each.peer().equals(peer)).count() >= ofOnePeer) {
      throw new BusyException(
          peer.description()
              + " has "
              + ofOnePeer
              + " connections to this host already, which is the limit. Close one and try again.");
    }
    served.put(client, serving);
  }

  /** Serves one that was taken in, until it goes. Thread top. */
  void serve(ClientConnection client) {
    try {
      client.serve();
      client.awaitThreads(END_OF_THREADS_MILLIS);
    } catch (InterruptedException e) {
      LOG.debug("{}: interrupted at its end", Thread.currentThread().getName());
    } finally {
      served.remove(client);
    }
  }

  /** Lets calls in flight reply for a while, then ends every thread. Takes nobody any more. */
  void close() {
    synchronized (this) {
      closing = true;
    }
    try {
      served.keySet().forEach(ClientConnection::finish);
      await(limits.lastReplies().toMillis());
      served.keySet().forEach(ClientConnection::abort);
      await(END_OF_THREADS_MILLIS);
    } catch (InterruptedException e) {
      served.keySet().forEach(ClientConnection::abort);
      Thread.currentThread().interrupt();
    }
  }

  private void await(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (Served each : served.values()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      each.thread().join(Math.max(1, left));
    }
  }
}
