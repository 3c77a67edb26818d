package dev.berth.control;

import dev.berth.error.HostFailureException;
import dev.berth.host.VmHost;
import dev.berth.tls.CertificateText;
import dev.berth.tls.UnusableFileException;
import dev.berth.tls.WatchedCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a host over TCP to those whose certificates its {@link TlsAccess} names. Thread-safe;
 * whoever made it closes it, before the host.
 *
 * <pre>
 *   accept ── a place among the newcomers? ──no──► closed at once
 *     └─► a thread for it: handshake, within the limit ──no──► alert, a line in the log
 *           └─ named by the access lists? ──no──► one access-denied
 *                └─ place given back, and on as a {@link ClientConnection}
 * </pre>
 *
 * Threads: {@code berth-control-tls-accept}, {@code berth-control-tls-N} for each connection, and
 * those of each {@link ClientConnection}.
 */
public final class TlsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsServer.class);
  private static final String THREADS = "berth-control-tls-";
  private static final int BACKLOG = 128;
  private static final long RETRY_ACCEPT_MILLIS = 100;

  private final TlsEndpoint endpoint;
  private final TlsLimits limits;
  private final Clients clients;
  private final Newcomers newcomers;
  private final CountDownLatch closing = new CountDownLatch(1);
  private Optional<ServerSocketChannel> socket = Optional.empty();
  private Optional<Thread> acceptor = Optional.empty();

  /**
   * A server, not started.
   *
   * @param hosts the host as seen by an actor, {@link VmHost#as} mostly; closing it is not the
   *     server's
   * @param stop what {@code daemon.stop} does, as of {@link ControlServer}
   */
  public TlsServer(Function<String, VmHost> hosts, TlsEndpoint endpoint, Runnable stop) {
    this(hosts, endpoint, stop, ControlLimits.DEFAULT, TlsLimits.DEFAULT);
  }

  TlsServer(
      Function<String, VmHost> hosts,
      TlsEndpoint endpoint,
      Runnable stop,
      ControlLimits limits,
      TlsLimits tlsLimits) {
    this.endpoint = endpoint;
    this.limits = tlsLimits;
    this.clients = new Clients(hosts, stop, limits);
    this.newcomers = new Newcomers(tlsLimits);
  }

  /**
   * Begins to serve.
   *
   * @return this server
   * @throws HostFailureException when the files cannot be used, the access lists name nobody, or
   *     the address cannot be had
   */
  public synchronized TlsServer start() {
    if (socket.isPresent() || closing.getCount() == 0) {
      throw new IllegalStateException("a server is started once");
    }
    if (endpoint.access().isNobody()) {
      throw cannotListen("nobody is named who is served. Name certificates by 'tls-access'", null);
    }
    WatchedCredentials credentials = credentials();
    ServerSocketChannel listening = listen();
    socket = Optional.of(listening);
    TlsAdmission admission =
        new TlsAdmission(endpoint.access(), place(), credentials, limits, clients, newcomers);
    Thread thread = NamedThreads.single(THREADS + "accept", () -> accept(listening, admission));
    acceptor = Optional.of(thread);
    thread.start();
    LOG.info(
        "Listening on {} as {}",
        place(),
        CertificateText.name(credentials.current().certificate()));
    return this;
  }

  private WatchedCredentials credentials() {
    try {
      return WatchedCredentials.load(endpoint.files());
    } catch (UnusableFileException e) {
      throw cannotListen(e.getMessage(), e);
    }
  }

  private ServerSocketChannel listen() {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(
            new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()),
            BACKLOG);
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw cannotListen(e.getMessage() + ". Choose another address by 'listen'", e);
    }
  }

  private HostFailureException cannotListen(@Nullable String reason, @Nullable Throwable cause) {
    String place = new HostPort(endpoint.host(), endpoint.port()).text();
    return new HostFailureException("Cannot listen on " + place + ": " + reason, cause);
  }

  /** The port that it listens on, of a server that was started. */
  public synchronized int port() {
    try {
      return ((InetSocketAddress) socket.orElseThrow().getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new HostFailureException("The server is closed.", e);
    }
  }

  private String place() {
    return new HostPort(endpoint.host(), port()).text();
  }

  /**
   * Accepts nobody any more, lets calls in flight reply for 5 s and ends every thread. Stops no
   * domain. Idempotent.
   */
  @Override
  public synchronized void close() {
    // Waits under its lock on purpose: a second caller shall return when everything has ended.
    closing.countDown();
    socket.ifPresent(TlsServer::closeQuietly);
    socket = Optional.empty();
    try {
      if (acceptor.isPresent()) {
        acceptor.get().join();
      }
      newcomers.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clients.close();
  }

  /** Thread top. */
  private void accept(ServerSocketChannel listening, TlsAdmission admission) {
    long accepted = 0;
    while (closing.getCount() > 0) {
      try {
        SocketChannel channel = listening.accept();
        String name = THREADS + (accepted + 1);
        Thread thread = NamedThreads.single(name, () -> serve(channel, admission));
        InetAddress from = channel.socket().getInetAddress();
        if (newcomers.add(channel, from, thread)) {
          accepted++;
          thread.start();
        } else {
          channel.close();
          newcomers.complain(from + " is sent away: too many connections without a certificate");
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("Cannot accept a client on {}: {}", endpoint.port(), e.toString());
        pause();
      }
    }
  }

  /** Out of file descriptors, most likely: waiting beats spinning. */
  private void pause() {
    try {
      closing.await(RETRY_ACCEPT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Thread top. */
  private void serve(SocketChannel channel, TlsAdmission admission) {
    try {
      Optional<ClientConnection> client;
      try {
        client = admission.admit(channel);
        if (client.isEmpty()) {
          new LastWords(channel).letThemArrive();
        }
      } finally {
        newcomers.remove(channel);
      }
      client.ifPresent(clients::serve);
    } finally {
      closeQuietly(channel);
    }
  }

  private static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing failed: {}", e.toString());
    }
  }
}
