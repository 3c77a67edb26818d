package dev.berth.nbd;

import dev.berth.error.DeadlineExceededException;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/** Bytes to and from an NBD server, by a deadline that is that of the whole connection. */
final class NbdWire implements AutoCloseable {
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
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      return new NbdWire(channel, selector, key, System.nanoTime() + patience.toNanos());
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  void send(ByteBuffer bytes) throws IOException {
    while (channel.write(bytes) >= 0 && bytes.hasRemaining()) {
      await(SelectionKey.OP_WRITE);
    }
  }

  /** So many bytes, which the caller has found to be few enough. */
  ByteBuffer receive(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
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
    key.interestOps(operation);
    long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new DeadlineExceededException("The NBD server has not answered in time.");
    }
    selector.select(left);
    selector.selectedKeys().clear();
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
