package dev.berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.berth.error.DeadlineExceededException;
import dev.berth.nbd.NbdExport.Run;
import dev.berth.testing.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client of servers that say what the test says, whatever they are asked; {@code ExportTest} has
 * QEMU's.
 */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class NbdExportTest {
  private static final String ALLOCATION = "base:allocation";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ACK = 1;
  private static final int STATUS = 5;
  private static final int DONE = 1;

  @TempDir Path directory;
  private final Script script = new Script();
  private ServerSocketChannel server;

  /** What the server says, from the first byte on. */
  private static final class Script {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    Script greets() throws IOException {
      out.writeBytes("NBDMAGICIHAVEOPT");
      out.writeShort(3);
      return this;
    }

    Script replies(int option, int type, int length) throws IOException {
      out.writeLong(0x3e889045565a9L);
      out.writeInt(option);
      out.writeInt(type);
      out.writeInt(length);
      return this;
    }

    /** An export of so many bytes with one context, whose number is 7. */
    Script opens(long size) throws IOException {
      greets().replies(8, ACK, 0).replies(10, 4, 4 + ALLOCATION.length());
      out.writeInt(7);
      out.writeBytes(ALLOCATION);
      replies(10, ACK, 0).replies(7, 3, 12);
      out.writeShort(0);
      out.writeLong(size);
      out.writeShort(1);
      return replies(7, ACK, 0);
    }

    Script chunk(int flags, int type, long cookie, int length) throws IOException {
      out.writeInt(0x668e33ef);
      out.writeShort(flags);
      out.writeShort(type);
      out.writeLong(cookie);
      out.writeInt(length);
      return this;
    }

    Script numbers(int... numbers) throws IOException {
      for (int number : numbers) {
        out.writeInt(number);
      }
      return this;
    }
  }

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("nbd")));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** Connects, while the server says all of its script and then nothing. */
  private NbdExport connect(Duration patience, AutoCloseable[] open) throws Exception {
    Thread accepting =
        new Thread(
            () -> {
              try {
                SocketChannel accepted = server.accept();
                open[0] = accepted;
                accepted.write(ByteBuffer.wrap(script.bytes.toByteArray()));
              } catch (IOException gone) {
                throw new IllegalStateException(gone);
              }
            },
            "nbd-server");
    accepting.start();
    try {
      return NbdExport.connect(
          directory.resolve("nbd"), "vda", 1 << 20, List.of(ALLOCATION), patience);
    } finally {
      accepting.join();
    }
  }

  private interface Asking {
    void ask(NbdExport export) throws Exception;
  }

  private void ask(Asking asking) throws Exception {
    AutoCloseable[] open = new AutoCloseable[1];
    try (NbdExport export = connect(PATIENCE, open)) {
      asking.ask(export);
    } finally {
      open[0].close();
    }
  }

  @Test
  void itTellsHowADiskIs() throws Exception {
    script.opens(1 << 20);
    script.chunk(0, STATUS, 1, 20).numbers(7, 65536, 0, 983040, 3).chunk(DONE, 0, 1, 0);

    ask(
        export -> {
          assertThat(export.size()).isEqualTo(1 << 20);
          assertThat(export.status(0))
              .isEqualTo(Map.of(ALLOCATION, List.of(new Run(65536, 0), new Run(983040, 3))));
        });
  }

  @Test
  void whatTheServerCannotDoIsToldWithItsWords() throws Exception {
    byte[] words = "no \u0007space".getBytes(StandardCharsets.UTF_8);
    script.opens(1 << 20).chunk(DONE, 32769, 1, 6 + words.length).numbers(28);
    script.out.writeShort(words.length);
    script.out.write(words);

    ask(
        export ->
            assertThatIOException()
                .isThrownBy(() -> export.probe(0, 512))
                .withMessage("the server fails with error 28: no ?space"));
  }

  @Test
  void anotherProtocolIsNone() throws Exception {
    script.out.writeBytes("SSH-2.0-OpenSSH_9.2p1 Debian");

    assertRefused("it is no NBD server of the newer style");
  }

  @Test
  void aServerWithoutTheExportSaysSo() throws Exception {
    script.greets().replies(8, ACK, 0).replies(10, (1 << 31) | 6, 4);
    script.out.writeBytes("none");

    assertRefused("it refuses: none");
  }

  @Test
  void anAnswerThatIsTooLongIsNotReceived() throws Exception {
    script.greets().replies(8, ACK, Integer.MAX_VALUE);

    assertRefused("an answer of 2147483647 bytes");
  }

  @Test
  void oneThatGoesOnForEverIsLeft() throws Exception {
    script.greets();
    script.replies(8, ACK, 0);
    for (int i = 0; i < 70; i++) {
      script.replies(10, 4, 4).numbers(i);
    }

    assertRefused("it does not come to an end with option 10");
  }

  @Test
  void aPartThatIsTooLongIsNotReceived() throws Exception {
    script.opens(1 << 20).chunk(DONE, STATUS, 1, Integer.MAX_VALUE);

    ask(export -> assertWrong(export, "a part of 2147483647 bytes"));
  }

  @Test
  void aPartThatIsEmptyIsNone() throws Exception {
    script.opens(1 << 20).chunk(DONE, STATUS, 1, 12).numbers(7, 0, 0);

    ask(export -> assertWrong(export, "it tells of a part that is empty"));
  }

  @Test
  void aPartBeyondTheEndIsNone() throws Exception {
    script.opens(1 << 20).chunk(DONE, STATUS, 1, 20).numbers(7, 1 << 19, 0, (1 << 19) + 512, 0);

    ask(export -> assertWrong(export, "it tells of a part beyond the end of the disk"));
  }

  @Test
  void aDiskOfAnotherSizeIsNotTheOne() throws Exception {
    script.opens(1 << 21);

    assertRefused("it tells of 2097152 bytes, where the disk has 1048576");
  }

  @Test
  void oneThatKeepsTalkingIsLeftInTimeToo() throws Exception {
    try (NbdWire wire = NbdWire.connect(directory.resolve("nbd"), Duration.ZERO);
        SocketChannel accepted = server.accept()) {
      accepted.write(ByteBuffer.allocate(8)); // is there to be read

      assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> wire.receive(8));
    }
  }

  @Test
  void oneThatTakesNobodyMoreIsNotWaitedForLonger() throws Exception {
    try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path socket = directory.resolve("full");
      full.bind(UnixDomainSocketAddress.of(socket), 1);
      try (SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(socket));
          SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThat(List.of(first, second)).allMatch(SocketChannel::isConnected);
        assertThatIOException()
            .isThrownBy(() -> NbdWire.connect(socket, Duration.ofMillis(50)).close());
      }
    }
  }

  @Test
  void whatWasNotAskedIsNoAnswer() throws Exception {
    script.opens(1 << 20).chunk(DONE, STATUS, 2, 12).numbers(7, 512, 0);

    ask(export -> assertWrong(export, "it answers what was not asked"));
  }

  @Test
  void aContextThatWasNotAskedForIsNone() throws Exception {
    script.opens(1 << 20).chunk(DONE, STATUS, 1, 12).numbers(8, 512, 0);

    ask(export -> assertWrong(export, "it tells what it was not asked"));
  }

  @Test
  void oneThatSaysNothingIsWaitedForSoLongAndNoLonger() throws Exception {
    AutoCloseable[] open = new AutoCloseable[1];
    try {
      assertThatExceptionOfType(DeadlineExceededException.class)
          .isThrownBy(() -> connect(Duration.ofMillis(50), open));
    } finally {
      open[0].close();
    }
  }

  private static void assertWrong(NbdExport export, String why) {
    assertThatIOException().isThrownBy(() -> export.status(0)).withMessage(why);
  }

  private void assertRefused(String why) throws Exception {
    AutoCloseable[] open = new AutoCloseable[1];
    try {
      assertThatIOException().isThrownBy(() -> connect(PATIENCE, open)).withMessage(why);
    } finally {
      open[0].close();
    }
  }
}
