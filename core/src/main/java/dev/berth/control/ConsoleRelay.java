package dev.berth.control;

import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between a console and a client's socket: the caller's thread towards the guest, one
 * more thread towards the client. The end of either ends both.
 */
final class ConsoleRelay implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleRelay.class);
  private static final int BLOCK_BYTES = 8 * 1024;

  private final Console console;
  private final ConsoleAccess access;
  private final Wire wire;
  private final Thread towardsClient;

  ConsoleRelay(String name, Console console, ConsoleAccess access, Wire wire) {
    this.console = console;
    this.access = access;
    this.wire = wire;
    this.towardsClient = NamedThreads.single(name, this::copyToClient);
  }

  /** Returns when the client has gone or the console has ended. */
  void run() throws IOException, InterruptedException {
    towardsClient.start();
    try {
      switch (access) {
        case WRITE, TAKE_OVER -> copyToGuest();
        case READ_ONLY -> awaitClient();
      }
    } finally {
      wire.close();
      console.close();
      towardsClient.join();
    }
  }

  @Override
  public void close() {
    console.close();
  }

  private void copyToGuest() throws IOException {
    SocketChannel channel = wire.channel();
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
      LOG.debug("{}: ignored what a reader sent", towardsClient.getName());
    }
  }

  /** Thread top. */
  private void copyToClient() {
    SocketChannel channel = wire.channel();
    byte[] block = new byte[BLOCK_BYTES];
    try (InputStream guest = console.input()) {
      int count;
      while ((count = guest.read(block)) >= 0) {
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException e) {
      LOG.debug("{}: ended: {}", towardsClient.getName(), e.toString());
    } finally {
      closeWire();
    }
  }

  private void closeWire() {
    try {
      wire.close();
    } catch (IOException e) {
      LOG.debug("{}: closing failed: {}", towardsClient.getName(), e.toString());
    }
  }
}
