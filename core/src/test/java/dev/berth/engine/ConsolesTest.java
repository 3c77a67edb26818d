package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.berth.engine.console.ConsoleAttachment;
import dev.berth.engine.console.ConsolePort;
import dev.berth.engine.console.Consoles;
import dev.berth.error.BusyException;
import dev.berth.error.MachineLostException;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Readers and writers of one console, whose other end is a socket of the test's. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class ConsolesTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private static final ConsolePort WEB = new ConsolePort("web", Optional.empty());

  @TempDir Path directory;
  private Path socket;
  private ServerSocketChannel server;
  private final Consoles consoles = new Consoles();
  private final List<Console> attached = new ArrayList<>();

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("console");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void close() throws IOException {
    attached.forEach(Console::close);
    server.close();
  }

  @Test
  void everyReaderSeesAllFromWhenItCame() throws Exception {
    Console first = attach("a", ConsoleAccess.WRITE);
    try (SocketChannel guest = server.accept()) {
      write(guest, "one ");
      assertThat(read(first, 4)).isEqualTo("one ");
      Console second = attach("b", ConsoleAccess.READ_ONLY);
      Console third = attach("b", ConsoleAccess.READ_ONLY);
      write(guest, "two ");

      assertThat(read(first, 4)).isEqualTo("two ");
      assertThat(read(second, 4)).isEqualTo("two ");
      second.close();
      write(guest, "three");
      assertThat(read(third, 9)).isEqualTo("two three");
      assertThat(read(first, 5)).isEqualTo("three");
    }
    assertThat(first.input().read()).isEqualTo(-1);
    assertThatIOException().isThrownBy(() -> first.output().write('x'));
  }

  @Test
  void theSecondWriterIsToldOfTheFirst() throws Exception {
    Console first = attach("user:root", ConsoleAccess.WRITE);
    try (SocketChannel guest = server.accept()) {
      assertThatExceptionOfType(BusyException.class)
          .isThrownBy(() -> attach("user:ann", ConsoleAccess.WRITE))
          .withMessageContainingAll("'web'", "user:root", "2026-11-20T12:00:00Z", "take it over");
      first.output().write(bytes("a"));
      assertThat(receive(guest, 1)).isEqualTo("a");
      first.close();
    }

    attach("user:ann", ConsoleAccess.WRITE).output().write(bytes("b"));
    try (SocketChannel guest = server.accept()) {
      assertThat(receive(guest, 1)).isEqualTo("b");
    }
  }

  @Test
  void whoHasTakenOverWritesAndTheOtherIsToldWho() throws Exception {
    Console first = attach("user:root", ConsoleAccess.WRITE);
    try (SocketChannel guest = server.accept()) {
      Console second = attach("user:ann", ConsoleAccess.TAKE_OVER);

      second.output().write(bytes("b"));

      assertThat(receive(guest, 1)).isEqualTo("b");
      assertThatIOException()
          .isThrownBy(() -> first.input().read())
          .withMessageContaining("user:ann has taken over");
      assertThatIOException()
          .isThrownBy(() -> first.output().write('x'))
          .withMessageContaining("user:ann has taken over");
      first.close(); // which ends nothing of the other's
      second.output().write(bytes("c"));
      assertThat(receive(guest, 1)).isEqualTo("c");
    }
  }

  @Test
  void aReaderWritesNothing() throws Exception {
    Console reader = attach("a", ConsoleAccess.READ_ONLY);
    try (SocketChannel guest = server.accept()) {
      assertThatIOException()
          .isThrownBy(() -> reader.output().write('x'))
          .withMessageContaining("reading only");
      attach("b", ConsoleAccess.WRITE).output().write(bytes("y"));

      assertThat(receive(guest, 1)).isEqualTo("y");
    }
  }

  @Test
  void aReaderThatFallsBehindIsToldAndHoldsUpNobody() throws Exception {
    Console slow = attach("a", ConsoleAccess.WRITE);
    Console quick = attach("b", ConsoleAccess.READ_ONLY);
    try (SocketChannel guest = server.accept()) {
      byte[] block = new byte[64 << 10];
      for (int sent = 0; sent <= ConsoleAttachment.BACKLOG_BYTES; sent += block.length) {
        ByteBuffer rest = ByteBuffer.wrap(block);
        while (rest.hasRemaining()) {
          guest.write(rest);
        }
        assertThat(quick.input().readNBytes(block.length)).hasSize(block.length);
      }

      assertThatIOException()
          .isThrownBy(() -> slow.input().read())
          .withMessageContaining("fell behind");
      slow.output().write(bytes("x"));
      assertThat(receive(guest, 1)).as("it may still write").isEqualTo("x");
    }
  }

  @Test
  void aWriterWaitsForItsGuestAndCanBeTakenOverMeanwhile() throws Exception {
    Console stuck = attach("a", ConsoleAccess.WRITE);
    try (SocketChannel guest = server.accept()) {
      CompletableFuture<Void> writing =
          TestHost.async(
              () -> {
                while (true) {
                  stuck.output().write(new byte[64 << 10]);
                }
              });
      Console next = attach("b", ConsoleAccess.TAKE_OVER);

      assertThat(writing)
          .failsWithin(TestHost.PATIENCE)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(IOException.class);
      CompletableFuture<Boolean> mine =
          TestHost.async(
              () -> {
                next.output().write(bytes("!"));
                return true;
              });
      readUntil(guest, '!');
      assertThat(mine).succeedsWithin(TestHost.PATIENCE);
    }
  }

  @Test
  void anInterruptedCallerEndsItsOwnWaitOnly() throws Exception {
    Console reader = attach("a", ConsoleAccess.READ_ONLY);
    Console other = attach("b", ConsoleAccess.READ_ONLY);
    try (SocketChannel guest = server.accept()) {
      Thread.currentThread().interrupt();
      assertThatIOException().isThrownBy(() -> reader.input().read());
      assertThat(Thread.interrupted()).isTrue();

      write(guest, "on");

      assertThat(read(other, 2)).isEqualTo("on");
      assertThat(read(reader, 2)).isEqualTo("on");
    }
  }

  @Test
  void closingFromAnotherThreadEndsAReadThatWaits() throws Exception {
    Console reader = attach("a", ConsoleAccess.READ_ONLY);
    CompletableFuture<Integer> reading = TestHost.async(() -> reader.input().read());

    reader.close();

    assertThat(reading).succeedsWithin(TestHost.PATIENCE).isEqualTo(-1);
  }

  @Test
  void theEndOfTheHostEndsAllAndLeavesTheSocketToTheNext() throws Exception {
    Console writer = attach("a", ConsoleAccess.WRITE);
    Console reader = attach("b", ConsoleAccess.READ_ONLY);
    try (SocketChannel guest = server.accept()) {
      consoles.end();

      assertThat(guest.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      eventually(() -> assertThat(reader.input().read()).isEqualTo(-1));
      assertThat(writer.input().read()).isEqualTo(-1);
    }
    Console late = attach("c", ConsoleAccess.WRITE);
    assertThat(late.input().read()).isEqualTo(-1);
  }

  @Test
  void aQemuThatTakesNoConnectionHoldsUpNobody() throws Exception {
    server.close();
    Files.delete(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1);

    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) { // the system lets a few more wait than it is told
                attach("a", ConsoleAccess.WRITE).close();
              }
            })
        .withMessageContainingAll("'web'", "takes no connection");
    server.accept().close();

    Console console = attach("a", ConsoleAccess.READ_ONLY);
    assertThat(attach("b", ConsoleAccess.WRITE)).as("who shares the line").isNotNull();
    console.close();
  }

  @Test
  void aConsoleThatIsNotThereIsTold() throws IOException {
    server.close();
    Files.delete(socket);

    assertThatExceptionOfType(MachineLostException.class)
        .isThrownBy(() -> attach("a", ConsoleAccess.WRITE))
        .withMessageContaining("'web'");
  }

  private Console attach(String actor, ConsoleAccess access) {
    Console console = consoles.attach(WEB, socket, access, actor, NOON);
    attached.add(console);
    return console;
  }

  private static String read(Console console, int count) throws IOException {
    return new String(console.input().readNBytes(count), StandardCharsets.US_ASCII);
  }

  private static void write(SocketChannel guest, String text) throws IOException {
    guest.write(ByteBuffer.wrap(bytes(text)));
  }

  private static String receive(SocketChannel guest, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining() && guest.read(bytes) >= 0) {
      // until all is there
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  private static void readUntil(SocketChannel guest, char last) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(64 << 10);
    do {
      block.clear();
      if (guest.read(block) < 0) {
        throw new AssertionError("it never came");
      }
    } while (block.get(block.position() - 1) != last);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
