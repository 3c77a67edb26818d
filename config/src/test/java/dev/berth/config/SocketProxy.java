package dev.berth.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Stands in the middle of the connections to a UNIX socket: passes on what is said, or holds it, or
 * hangs up. Thread-safe; whoever made it closes it.
 *
 * <p>Threads: {@code proxy} takes connections, and two for each of them pass on.
 */
final class SocketProxy implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final Path path;
  private final Path behind;
  private final ServerSocketChannel server;
  private final Thread taking = new Thread(this::take, "proxy");

  // guarded by this
  private final Set<SocketChannel> open = new HashSet<>();
  private boolean holds;
  private boolean closed;

  private SocketProxy(Path path, Path behind, ServerSocketChannel server) {
    this.path = path;
    this.behind = behind;
    this.server = server;
  }

  /** Listens on the path, which must not exist, for the socket behind it. */
  static SocketProxy listen(Path path, Path behind) {
    try {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      SocketProxy proxy = new SocketProxy(path, behind, server);
      proxy.taking.start();
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + path, e);
    }
  }

  Path path() {
    return path;
  }

  /** From now on nothing gets through; it takes connections all the same. */
  synchronized void hold() {
    holds = true;
  }

  /** Passes on what was held, and what comes. */
  synchronized void pass() {
    holds = false;
    notifyAll();
  }

  /** Hangs up on both ends of each connection; who connects anew is served. */
  void cut() {
    Set<SocketChannel> all;
    synchronized (this) {
      all = Set.copyOf(open);
      open.clear();
    }
    all.forEach(SocketProxy::close);
  }

  /** How many connections there are. */
  synchronized int connections() {
    return open.size() / 2;
  }

  private void take() {
    while (true) {
      try {
        SocketChannel client = server.accept();
        SocketChannel host = connect(client);
        if (host != null) {
          passOn(client, host);
        }
      } catch (IOException ended) {
        return;
      }
    }
  }

  private @org.jspecify.annotations.Nullable SocketChannel connect(SocketChannel client) {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(behind));
    } catch (IOException nobody) {
      close(client);
      return null;
    }
  }

  private void passOn(SocketChannel client, SocketChannel host) {
    synchronized (this) {
      if (closed) {
        close(client);
        close(host);
        return;
      }
      open.add(client);
      open.add(host);
    }
    new Thread(() -> pump(client, host), "proxy-to").start();
    new Thread(() -> pump(host, client), "proxy-from").start();
  }

  private void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try {
      while (from.read(buffer) >= 0) {
        awaitPass();
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
      awaitPass();
      to.shutdownOutput();
    } catch (IOException over) {
      hangUp(from, to);
    }
  }

  private void hangUp(SocketChannel one, SocketChannel other) {
    synchronized (this) {
      open.remove(one);
      open.remove(other);
    }
    close(one);
    close(other);
  }

  private synchronized void awaitPass() throws IOException {
    while (holds && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      server.close();
      taking.join();
      cut();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the proxy at " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
