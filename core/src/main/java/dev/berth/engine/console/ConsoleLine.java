package dev.berth.engine.console;

import dev.berth.engine.thread.EngineThreads;
import dev.berth.error.BusyException;
import dev.berth.host.ConsoleAccess;
import dev.berth.socket.UnixConnect;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a machine's serial port or channel, shared by everybody who is attached to it:
 * QEMU serves one client alone. Thread-safe.
 *
 * <pre>
 *                        ┌─► backlog ──► a reader's input
 *   QEMU ◄──► the line's ├─► backlog ──► a reader's input
 *             one thread └─► backlog ──► the writer's input
 *                 ▲─────── what the writer waits to have sent
 * </pre>
 *
 * <p>Only that thread, {@code berth-console-DOMAIN}, touches the socket, so that nobody's
 * interruption closes it for all, and a reader that does not read holds up nobody. The line ends
 * with its last attachment, its machine or its host.
 */
public final class ConsoleLine {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleLine.class);
  private static final int BLOCK_BYTES = 8 * 1024;

  private final ConsolePort port;
  private final SocketChannel channel;
  private final Selector selector;
  private final Thread thread;

  // guarded by this
  private final List<ConsoleAttachment> attached = new ArrayList<>();
  private Optional<Writer> writer = Optional.empty();
  private @Nullable ByteBuffer unsent;
  private boolean ended;

  private record Writer(ConsoleAttachment attachment, String actor, Instant since) {}

  private ConsoleLine(ConsolePort port, SocketChannel channel, Selector selector) {
    this.port = port;
    this.channel = channel;
    this.selector = selector;
    this.thread = EngineThreads.daemon(this::carry, "berth-console-" + port.domain());
  }

  /**
   * Connects; never waits.
   *
   * @throws BusyException when QEMU takes no connection, as one that hangs does after a few
   */
  static ConsoleLine connect(ConsolePort port, Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean kept = false;
    try {
      channel.configureBlocking(false);
      if (!UnixConnect.atOnce(channel, socket)) {
        throw new BusyException(
            "Cannot attach to "
                + port
                + ": its QEMU takes no connection now; it may be stalled. Try again later"
                + (port.name().isEmpty() ? ", or read the console's log." : "."));
      }
      Selector selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      ConsoleLine line = new ConsoleLine(port, channel, selector);
      line.thread.start();
      kept = true;
      return line;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  /**
   * Attaches somebody.
   *
   * @return empty when the line has ended
   * @throws BusyException when somebody writes, and that is not to be taken over
   */
  synchronized Optional<ConsoleAttachment> attach(ConsoleAccess access, String actor, Instant now) {
    if (ended) {
      return Optional.empty();
    }
    if (access == ConsoleAccess.WRITE && writer.isPresent()) {
      throw taken(writer.get());
    }
    ConsoleAttachment attachment = new ConsoleAttachment(this);
    attached.add(attachment); // first, for the line ends with its last
    if (access == ConsoleAccess.TAKE_OVER && writer.isPresent()) {
      ConsoleAttachment before = writer.get().attachment();
      detach(before, Optional.of(actor + " has taken over " + port));
    }
    if (access != ConsoleAccess.READ_ONLY) {
      writer = Optional.of(new Writer(attachment, actor, now));
    }
    return Optional.of(attachment);
  }

  private BusyException taken(Writer writer) {
    return new BusyException(
        "Cannot write to "
            + port
            + ": "
            + writer.actor()
            + " has been attached to it since "
            + writer.since().truncatedTo(ChronoUnit.SECONDS)
            + ". Attach for reading only, or take it over.");
  }

  /**
   * Lets somebody go; the last one ends the line.
   *
   * @param why what it is told when it did not want to go
   */
  synchronized void detach(ConsoleAttachment attachment, Optional<String> why) {
    if (!attached.remove(attachment)) {
      return;
    }
    if (isWriter(attachment)) {
      writer = Optional.empty();
      unsent = null;
      notifyAll();
    }
    attachment.end(why);
    if (attached.isEmpty()) {
      end();
    }
  }

  private boolean isWriter(ConsoleAttachment attachment) {
    return writer.filter(who -> who.attachment() == attachment).isPresent();
  }

  /** Ends the line with all that are attached. */
  synchronized void end() {
    ended = true;
    selector.wakeup();
  }

  /**
   * Sends what the writer has written, and waits until it is sent.
   *
   * @throws IOException when somebody writes who is not the writer, or not any more
   */
  synchronized void send(ConsoleAttachment from, byte[] bytes, int offset, int length)
      throws IOException {
    ByteBuffer mine = ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + length));
    try {
      while (isWriter(from) && !ended && unsent != null) {
        wait(); // for another thread of the same writer
      }
      if (isWriter(from) && !ended) {
        unsent = mine;
        selector.wakeup();
      }
      while (isWriter(from) && !ended && mine.hasRemaining()) {
        wait();
      }
    } catch (InterruptedException e) {
      if (unsent == mine) {
        unsent = null;
      }
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while the guest did not read.");
    }
    if (mine.hasRemaining()) {
      throw from.refusal();
    }
  }

  /** Thread top. */
  private void carry() {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    try (channel;
        selector) {
      SelectionKey key = channel.keyFor(selector);
      while (!hasEnded()) {
        selector.select();
        boolean readable = selector.selectedKeys().remove(key) && key.isReadable();
        if (readable && !receive(block.clear())) {
          return;
        }
        key.interestOps(
            sendUnsent() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      }
    } catch (IOException e) {
      LOG.debug("{}: ended: {}", thread.getName(), e.toString());
    } finally {
      letAllGo();
    }
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /** Passes on what the guest wrote; false when there will be no more. */
  private boolean receive(ByteBuffer block) throws IOException {
    if (channel.read(block) < 0) {
      return false;
    }
    synchronized (this) {
      attached.forEach(each -> each.receive(block.array(), block.position()));
    }
    return true;
  }

  /** Sends what can be sent now; whether that was all. */
  private synchronized boolean sendUnsent() throws IOException {
    if (unsent == null) {
      return true;
    }
    channel.write(unsent);
    if (unsent.hasRemaining()) {
      return false;
    }
    unsent = null;
    notifyAll();
    return true;
  }

  private synchronized void letAllGo() {
    ended = true;
    writer = Optional.empty();
    unsent = null;
    List.copyOf(attached).forEach(each -> each.end(Optional.empty()));
    attached.clear();
    notifyAll();
  }
}
