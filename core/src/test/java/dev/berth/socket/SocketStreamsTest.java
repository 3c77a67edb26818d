package dev.berth.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class SocketStreamsTest {
  private static final byte[] LAST_WORDS = {'b', 'y', 'e'};

  @TempDir Path directory;
  private SocketChannel near;
  private SocketChannel far;

  @BeforeEach
  void connect() throws IOException {
    var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      near = SocketChannel.open(address);
      far = server.accept();
    }
  }

  @AfterEach
  void close() throws IOException {
    near.close();
    far.close();
  }

  @Test
  void aPeerThatClosesIsTheEndOfTheStream() throws Exception {
    SocketStreams.output(far).write(LAST_WORDS);
    far.close();

    assertThat(SocketStreams.input(near).readAllBytes()).isEqualTo(LAST_WORDS);
  }

  /** The kernel calls that a reset of the connection. */
  @Test
  void aPeerThatClosesWithoutHavingReadEverythingIsTheEndOfTheStreamToo() throws Exception {
    SocketStreams.output(near).write('x');
    SocketStreams.output(far).write(LAST_WORDS);
    far.close();

    assertThat(SocketStreams.input(near).readAllBytes()).isEqualTo(LAST_WORDS);
    assertThat(SocketStreams.input(near).read()).isEqualTo(-1);
  }

  @Test
  void aChannelThatWasClosedHereIsNoEndOfTheStream() throws Exception {
    near.close();

    assertThatThrownBy(() -> SocketStreams.input(near).read()).isInstanceOf(IOException.class);
  }
}
