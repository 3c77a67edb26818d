package dev.berth.guest;

import dev.berth.qmp.Deadline;
import dev.berth.socket.UnixConnect;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the socket of an agent's port. Used by one thread at a time, which waits in it
 * as long as its deadline allows; {@link #wake} is for any thread. Nothing is read while nobody
 * waits for an answer: then the kernel's buffer fills up, QEMU's after it, and a guest that goes on
 * sending waits.
 *
 * <p>The JDK's own channel, not junixsocket's: no descriptors pass here, and an interrupted thread
 * leaves it open.
 */
final class AgentChannel implements AutoCloseable {
  private static final int READ_BYTES = 16 * 1024;

  /** How a wait ended. */
  enum Waited {
    /** The socket is ready. */
    READY,
    /** The deadline passed. */
    LATE,
    /** {@link #wake} was called. */
    WOKEN
  }

  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;

  /** What was read and not taken yet. */
  private final ByteBuffer input = ByteBuffer.allocate(READ_BYTES).limit(0);

  private AgentChannel(SocketChannel socket, Selector selector, SelectionKey key) {
    this.socket = socket;
    this.selector = selector;
    this.key = key;
  }

  /** Connects; never waits. Empty when QEMU takes no connection now. */
  static Optional<AgentChannel> connect(Path path) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    Selector selector = null;
    try {
      socket.configureBlocking(false);
      if (!UnixConnect.atOnce(socket, path)) {
        socket.close();
        return Optional.empty();
      }
      selector = Selector.open();
      return Optional.of(new AgentChannel(socket, selector, socket.register(selector, 0)));
    } catch (IOException e) {
      closeBoth(socket, selector);
      throw e;
    }
  }

  /** Ends the present wait, or the next one. */
  void wake() {
    selector.wakeup();
  }

  /** Writes what the socket takes; the rest remains. */
  void write(ByteBuffer message) throws IOException {
    socket.write(message);
  }

  /** What was read and not taken yet; whoever takes it advances its position. */
  ByteBuffer input() {
    return input;
  }

  /**
   * Reads what there is, when everything read before has been taken.
   *
   * @return the number of bytes, negative at the end of the stream
   */
  int read() throws IOException {
    input.clear();
    int count = socket.read(input);
    input.flip();
    return count;
  }

  Waited awaitReadable(Deadline deadline) throws IOException, InterruptedException {
    return await(SelectionKey.OP_READ, deadline);
  }

  Waited awaitWritable(Deadline deadline) throws IOException, InterruptedException {
    return await(SelectionKey.OP_WRITE, deadline);
  }

  private Waited await(int operation, Deadline deadline) throws IOException, InterruptedException {
    key.interestOps(operation);
    try {
      if (deadline.isLimited()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos() + 999_999);
        if (millis == 0) {
          selector.selectNow();
        } else {
          selector.select(millis);
        }
      } else {
        selector.select();
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (selector.selectedKeys().remove(key)) {
        return Waited.READY;
      }
      return deadline.hasPassed() ? Waited.LATE : Waited.WOKEN;
    } finally {
      key.interestOps(0);
    }
  }

  @Override
  public void close() throws IOException {
    closeBoth(socket, selector);
  }

  private static void closeBoth(SocketChannel socket, @Nullable Selector selector)
      throws IOException {
    try {
      socket.close();
    } finally {
      if (selector != null) {
        selector.close(); // only now is the descriptor released
      }
    }
  }
}
