package dev.berth.nbd;

import dev.berth.error.DeadlineExceededException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Bytes to and from an NBD server, by a deadline that is that of the whole connection. */
final class NbdWire implements AutoCloseable {
  private static final long TRY_AGAIN_MILLIS = 20;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final long deadlineNanos;

  private NbdWire(SocketChannel channel, Selector selector, SelectionKey key, long deadlineNanos) {
    this.channel = channel;
    this.selector = selector;
    this.key = key;
    this.deadlineNanos = deadlineNanos;
  }

  static NbdWire connect(Path socket, Duration patience) throws IOException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    Selector selector = Selector.open();
    try {
      SocketChannel channel = connected(socket, selector, deadlineNanos);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      return new NbdWire(channel, selector, key, deadlineNanos);
    } catch (IOException | RuntimeException failure) {
      selector.close();
      throw failure;
    }
  }

  /** As soon as fewer clients wait than the server lets wait: until then it is tried again. */
  private static SocketChannel connected(Path socket, Selector idle, long deadlineNanos)
      throws IOException {
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.configureBlocking(false);
        if (channel.connect(UnixDomainSocketAddress.of(socket))) {
          return channel;
        }
        throw new SocketException("too many clients wait");
      } catch (IOException | RuntimeException failure) {
        channel.close();
        boolean nobodyListens = failure instanceof ConnectException || !Files.exists(socket);
        if (nobodyListens || leftMillis(deadlineNanos) <= 0) {
          throw failure;
        }
      }
      idle.select(TRY_AGAIN_MILLIS);
      requireNotInterrupted();
    }
  }

  void send(ByteBuffer bytes) throws IOException {
    requireTime();
    while (channel.write(bytes) >= 0 && bytes.hasRemaining()) {
      await(SelectionKey.OP_WRITE);
    }
  }

  /** So many bytes, which the caller has found to be few enough. */
  ByteBuffer receive(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      requireTime();
      int count = channel.read(bytes);
      if (count < 0) {
        throw new EOFException("the server has closed the connection");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return bytes.flip();
  }

  private void await(int operation) throws IOException {
    requireTime();
    key.interestOps(operation);
    selector.select(leftMillis(deadlineNanos) + 1);
    selector.selectedKeys().clear();
    requireNotInterrupted();
  }

  /** Also when bytes keep coming. */
  private void requireTime() {
    if (leftMillis(deadlineNanos) <= 0) {
      throw new DeadlineExceededException("The NBD server has not answered in time.");
    }
  }

  private static long leftMillis(long deadlineNanos) {
    return Math.max(0, (deadlineNanos - System.nanoTime()) / 1_000_000);
  }

  private static void requireNotInterrupted() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    try (channel;
        selector) {
      key.cancel();
    }
  }
}
