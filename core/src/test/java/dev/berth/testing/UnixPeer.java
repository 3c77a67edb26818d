package dev.berth.testing;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * Listens on a UNIX socket and talks with one client at a time, on one thread. Any thread may call;
 * whoever made it closes it.
 */
final class UnixPeer implements AutoCloseable {
  /** What is said to a client; ends when one of the two hangs up. */
  interface Conversation {
    void with(AFUNIXSocket client) throws IOException;
  }

  private final Path path;
  private final Conversation conversation;
  private final AFUNIXServerSocket server;
  private final Thread thread;

  private final Object lock = new Object();
  private @Nullable AFUNIXSocket client; // guarded by lock
  private boolean closed; // guarded by lock

  private UnixPeer(Path path, String name, Conversation conversation) throws IOException {
    this.path = path;
    this.conversation = conversation;
    this.server = AFUNIXServerSocket.newInstance();
    this.thread = new Thread(this::serve, name);
    server.setDeleteOnClose(true);
  }

  /** Listens on that path, which must not exist. */
  static UnixPeer listen(Path path, String threadName, Conversation conversation) {
    try {
      var peer = new UnixPeer(path, threadName, conversation);
      peer.server.bind(AFUNIXSocketAddress.of(path));
      peer.thread.setDaemon(true);
      peer.thread.start();
      return peer;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on " + path, e);
    }
  }

  /** Closes the descriptors that came with what was read last. */
  static void closeDescriptors(AFUNIXSocket client) throws IOException {
    FileDescriptor[] received = client.getReceivedFileDescriptors();
    for (FileDescriptor descriptor : received == null ? new FileDescriptor[0] : received) {
      FileDescriptorCast.using(descriptor).as(FileInputStream.class).close();
    }
  }

  Path path() {
    return path;
  }

  /** Hangs up on the client, if there is one; the next may connect. */
  void hangUp() {
    AFUNIXSocket present;
    synchronized (lock) {
      present = client;
    }
    if (present != null) {
      try {
        present.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot hang up at " + path, e);
      }
    }
  }

  /** Hangs up, stops listening and removes the socket. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    try {
      server.close();
      hangUp();
      thread.join();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close the peer at " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve() {
    while (true) {
      try (AFUNIXSocket accepted = server.accept()) {
        accepted.setAncillaryReceiveBufferSize(256);
        synchronized (lock) {
          if (closed) {
            return;
          }
          client = accepted;
        }
        conversation.with(accepted);
      } catch (IOException e) {
        // Somebody hung up in the middle of something, which is what some tests are for; or this
        // was closed.
        synchronized (lock) {
          if (closed) {
            return;
          }
        }
      }
    }
  }
}
