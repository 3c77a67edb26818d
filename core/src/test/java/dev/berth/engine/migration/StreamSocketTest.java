package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.HostFailureException;
import dev.berth.migration.StreamAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To which sockets a QEMU of this host connects because another host says so. */
final class StreamSocketTest {
  private static final int SOMEBODY_ELSE = 12345;

  @TempDir Path directory;

  @Test
  void aSocketOfTheSameUserAsTheControlSocketIsTheOtherHosts() throws IOException {
    Path control = Files.createFile(directory.resolve("control"));
    Path stream = socket("stream");

    assertThatCode(() -> StreamSocket.requireOwnerOf(control, new StreamAddress.Socket(stream)))
        .doesNotThrowAnyException();
  }

  @Test
  void nothingElseIs() throws IOException {
    Path control = Files.createFile(directory.resolve("control"));
    Path file = Files.createFile(directory.resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), socket("stream"));

    for (Path other : new Path[] {file, link, directory.resolve("missing")}) {
      assertThatExceptionOfType(HostFailureException.class)
          .isThrownBy(() -> StreamSocket.requireOwnerOf(control, new StreamAddress.Socket(other)))
          .withMessageContaining(other.toString());
    }
  }

  @Test
  void oneOfAnotherUserIsNot() throws IOException {
    Assumptions.assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
    Path control = Files.createFile(directory.resolve("control"));
    Path stream = socket("stream");
    Files.setAttribute(stream, "unix:uid", SOMEBODY_ELSE);

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> StreamSocket.requireOwnerOf(control, new StreamAddress.Socket(stream)))
        .withMessageContaining("no socket of its user");
  }

  /** One that nobody listens on any more: its file stays. */
  private Path socket(String name) throws IOException {
    Path path = directory.resolve(name);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
    }
    return path;
  }
}
