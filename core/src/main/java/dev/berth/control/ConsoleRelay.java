package dev.berth.control;

import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.socket.Backlog;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between a console and a client's socket. The end of either ends both.
 *
 * <pre>
 *   client ──── the caller's thread ────► guest
 *   guest ──► …-console ──► backlog ──► …-console-send ──► client
 * </pre>
 *
 * <p>Why two threads towards the client: one of them may have to wait for a client that does not
 * read. The other sees the backlog grow, and lets such a client go, with what it holds: a
 * connection, and maybe the right to write. When the guest's side ends, a client has a while to
 * read the rest.
 */
final class ConsoleRelay implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleRelay.class);
  private static final int BLOCK_BYTES = 8 * 1024;

  /** As much as a reader in the host's own process may fall behind. */
  private static final int BACKLOG_BYTES = 1 << 20;

  private final Console console;
  private final ConsoleAccess access;
  private final Wire wire;
  private final Duration lastBytes;
  private final Backlog backlog = new Backlog(BACKLOG_BYTES);
  private final Thread fromGuest;
  private final Thread towardsClient;

  /**
   * A relay that does nothing yet.
   *
   * @param lastBytes how long a client may read on when the guest's side has ended
   */
  ConsoleRelay(String name, Console console, ConsoleAccess access, Wire wire, Duration lastBytes) {
    this.console = console;
    this.access = access;
    this.wire = wire;
    this.lastBytes = lastBytes;
    this.fromGuest = NamedThreads.single(name, this::copyFromGuest);
    this.towardsClient = NamedThreads.single(name + "-send", this::copyToClient);
  }

  /** Returns when the client has gone or was let go, or the console has ended. */
  void run() throws IOException, InterruptedException {
    towardsClient.start();
    fromGuest.start();
    try {
      switch (access) {
        case WRITE, TAKE_OVER -> copyToGuest();
        case READ_ONLY -> awaitClient();
      }
    } finally {
      wire.close();
      console.close();
      fromGuest.join();
      towardsClient.join();
    }
  }

  @Override
  public void close() {
    console.close();
  }

  private void copyToGuest() throws IOException {
    ByteChannel channel = wire.channel();
    OutputStream guest = console.output();
    guest.write(wire.rest());
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    while (channel.read(block.clear()) >= 0) {
      guest.write(block.array(), 0, block.position());
      guest.flush();
    }
  }

  /** What a client sends that may only read goes nowhere. */
  private void awaitClient() throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    while (wire.channel().read(block.clear()) >= 0) {
      LOG.debug("{}: ignored what a reader sent", fromGuest.getName());
    }
  }

  /** Thread top. */
  private void copyFromGuest() {
    try (InputStream guest = console.input()) {
      byte[] block = new byte[BLOCK_BYTES];
      int count;
      while ((count = guest.read(block)) >= 0) {
        if (!backlog.add(block, 0, count)) {
          LOG.debug("{}: the client does not read, and is let go", fromGuest.getName());
          closeBoth();
        }
      }
    } catch (IOException e) {
      LOG.debug("{}: ended: {}", fromGuest.getName(), e.toString());
    } finally {
      backlog.end();
      awaitLastBytes();
      closeBoth();
    }
  }

  private void awaitLastBytes() {
    try {
      towardsClient.join(lastBytes.toMillis());
    } catch (InterruptedException e) { // nobody does so: then there is no more waiting
      Thread.currentThread().interrupt();
    }
  }

  /** Thread top. */
  private void copyToClient() {
    ByteChannel channel = wire.channel();
    byte[] block = new byte[BLOCK_BYTES];
    try {
      int count;
      while ((count = backlog.take(block, 0, block.length)) >= 0) {
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException | InterruptedException e) {
      LOG.debug("{}: ended: {}", towardsClient.getName(), e.toString());
    } finally {
      closeBoth();
    }
  }

  /** Ends whatever waits for the one or the other. */
  private void closeBoth() {
    console.close();
    try {
      wire.close();
    } catch (IOException e) {
      LOG.debug("{}: closing failed: {}", fromGuest.getName(), e.toString());
    }
  }
}
