package dev.berth.control;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketCredentials;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a host on an AF_UNIX socket to the user who owns it, to root, and to those whom its {@link
 * ControlAccess} names. Thread-safe; whoever made it closes it, before the host.
 *
 * <p>Threads: {@code berth-control-accept}, and those of each {@link ClientConnection}.
 */
public final class ControlServer implements AutoCloseable {
  /** For hosts that only their own process can stop: {@code daemon.stop} is refused. */
  public static final Runnable NOT_STOPPABLE =
      () -> {
        throw new UnsupportedException(
            "This host is embedded in another program and ends with it. Stop that program.");
      };

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final String THREADS = "berth-control-";
  private static final long ROOT = 0;
  private static final long RETRY_ACCEPT_MILLIS = 100;

  private final Path path;
  private final ControlAccess access;
  private final Clients clients;
  private final CountDownLatch closing = new CountDownLatch(1);
  private Optional<SocketFile> socket = Optional.empty();
  private Optional<Thread> acceptor = Optional.empty();
  private long accepted;

  /**
   * A server, not started.
   *
   * @param hosts the host as seen by an actor, {@link VmHost#as} mostly; closing it is not the
   *     server's
   * @param path of the socket, at most 107 bytes, in a directory that only its owner may write to
   * @param access who else is served; the directory then has to let them through to the socket
   * @param stop what {@code daemon.stop} does; it must return at once and not close the server
   *     itself, but let another thread do so. See {@link #NOT_STOPPABLE}
   */
  public ControlServer(
      Function<String, VmHost> hosts, Path path, ControlAccess access, Runnable stop) {
    this(hosts, path, access, stop, ControlLimits.DEFAULT);
  }

  ControlServer(
      Function<String, VmHost> hosts,
      Path path,
      ControlAccess access,
      Runnable stop,
      ControlLimits limits) {
    this.path = path;
    this.access = access;
    this.clients = new Clients(hosts, stop, limits);
  }

  /**
   * Begins to serve. A socket that a dead process left behind is replaced.
   *
   * @return this server
   * @throws HostFailureException when the path is too long, its directory is missing or others may
   *     write to it, or another process serves it
   */
  public synchronized ControlServer start() {
    if (socket.isPresent() || closing.getCount() == 0) {
      throw new IllegalStateException("a control server is started once");
    }
    SocketFile listening = SocketFile.listen(path, !access.isOwnerOnly());
    Thread thread = NamedThreads.single(THREADS + "accept", () -> accept(listening));
    socket = Optional.of(listening);
    acceptor = Optional.of(thread);
    thread.start();
    return this;
  }

  /**
   * Accepts nobody any more, lets calls in flight reply for 5 s, ends every thread and removes the
   * socket. Stops no domain. Idempotent.
   */
  @Override
  public synchronized void close() {
    // Waits under its lock on purpose: a second caller shall return when everything has ended.
    closing.countDown();
    socket.ifPresent(this::closeSocket);
    socket = Optional.empty();
    try {
      if (acceptor.isPresent()) {
        acceptor.get().join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clients.close();
  }

  private void closeSocket(SocketFile listening) {
    try {
      listening.close();
    } catch (IOException e) {
      LOG.warn("Cannot remove {}: {}", path, e.toString());
    }
  }

  /** Thread top. */
  private void accept(SocketFile listening) {
    while (closing.getCount() > 0) {
      try {
        AFUNIXSocketChannel channel = listening.listener().accept();
        var wire = new Wire(channel, new DescriptorInput(channel), Protocol.MAX_REQUEST_BYTES);
        try {
          admit(wire, channel.getPeerCredentials(), listening.owner());
        } catch (IOException e) {
          wire.close();
          LOG.debug("A client on {} left at once: {}", path, e.toString());
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("Cannot accept a client on {}: {}", path, e.toString());
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

  private void admit(Wire wire, AFUNIXSocketCredentials peer, String owner) throws IOException {
    var client = new Client(PeerNames.user(peer.getUid()), PeerNames.group(peer.getGid()), owner);
    Peer who =
        peer.getUid() == ROOT || client.user().equals(owner)
            ? Peer.owner(client.user())
            : Peer.user(client.user());
    try {
      clients.start(THREADS + (accepted + 1), who, () -> allowed(client), wire);
      accepted++;
    } catch (BusyException e) {
      refuse(wire, e);
    }
  }

  /** Who connects, as the kernel says, and who owns the socket. */
  private record Client(String user, String group, String owner) {}

  /** May take a moment: groups may be kept elsewhere. */
  private Access allowed(Client peer) {
    var check = new AccessCheck(access, peer.owner(), SystemGroups::members);
    Access allowed = check.of(peer.user(), peer.group());
    if (allowed == Access.NONE) {
      throw new AccessDeniedException(
          "The host at "
              + path
              + " does not serve user '"
              + peer.user()
              + "', only '"
              + peer.owner()
              + "', root, and those whom its settings 'access' and 'access-read-only' name.");
    }
    return allowed;
  }

  /** The socket's buffer is empty still, so the one message never waits. */
  private static void refuse(Wire wire, BerthException error) throws IOException {
    try (wire) {
      wire.send(Reply.failure(NullNode.instance, error));
    }
  }
}
