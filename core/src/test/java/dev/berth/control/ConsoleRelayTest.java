package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.socket.SocketStreams;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients of a console who read, and who do not. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class ConsoleRelayTest {
  private static final Duration LONG = Duration.ofSeconds(100);

  /** Far more than a socket holds, and than a client may fall behind. */
  private static final int MUCH = 8 << 20;

  /** More than a socket holds, and less than a client may fall behind. */
  private static final int SOME = 900_000;

  @TempDir Path directory;
  private SocketChannel client;
  private SocketChannel server;

  @BeforeEach
  void connect() throws IOException {
    var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      client = SocketChannel.open(address);
      server = listener.accept();
    }
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void aClientThatReadsNothingIsLetGoWhenItHasFallenBehind() throws Exception {
    Talking console = new Talking(MUCH);

    run(relay(console, LONG));

    assertThat(console.isClosed()).isTrue();
    assertThat(SocketStreams.input(client).readAllBytes()).hasSizeLessThan(MUCH);
  }

  @Test
  void whatAGuestWroteBeforeTheEndReachesAClientThatReads() throws Exception {
    Talking console = new Talking(SOME);
    console.stops();
    ConsoleRelay relay = relay(console, LONG);
    Thread relaying = NamedThreads.single("relay", () -> run(relay));
    relaying.start();

    assertThat(SocketStreams.input(client).readAllBytes()).hasSize(SOME);
    relaying.join();
    assertThat(console.isClosed()).isTrue();
  }

  @Test
  void aClientThatReadsNothingKeepsNoConsoleThatHasEnded() throws Exception {
    Talking console = new Talking(SOME);
    console.stops();

    run(relay(console, Duration.ofMillis(20)));

    assertThat(console.isClosed()).isTrue();
  }

  private ConsoleRelay relay(Console console, Duration lastBytes) {
    Wire wire = new Wire(server, 1 << 10);
    return new ConsoleRelay("test-console", console, ConsoleAccess.WRITE, wire, lastBytes);
  }

  private static void run(ConsoleRelay relay) {
    try {
      relay.run();
    } catch (IOException | InterruptedException e) {
      return; // how it ends when its socket is closed
    }
  }

  /** A guest that writes so much, and then waits until it is closed or {@link #stops}. */
  private static final class Talking implements Console {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch ending = new CountDownLatch(1);
    private int left;

    Talking(int bytes) {
      left = bytes;
    }

    void stops() {
      ending.countDown();
    }

    boolean isClosed() {
      return closed.getCount() == 0;
    }

    @Override
    public InputStream input() {
      return new InputStream() {
        @Override
        public int read() {
          throw new AssertionError("read singly");
        }

        @Override
        public int read(byte[] target, int offset, int most) throws IOException {
          if (left == 0 || isClosed()) {
            awaitEnd();
            return -1;
          }
          int count = Math.min(left, most);
          Arrays.fill(target, offset, offset + count, (byte) 'x');
          left -= count;
          return count;
        }
      };
    }

    private void awaitEnd() throws IOException {
      try {
        ending.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public OutputStream output() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public void close() {
      closed.countDown();
      ending.countDown();
    }
  }
}
