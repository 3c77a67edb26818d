package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.HostFailureException;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class SocketFileTest {
  @TempDir Path directory;

  private Path path;

  @BeforeEach
  void choosePath() {
    path = directory.resolve("control.sock");
  }

  @Test
  void onlyTheOwnerMayConnectAndNothingButTheLockStays() throws Exception {
    SocketFile socket = SocketFile.listen(path, false);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(socket.owner()).isEqualTo(System.getProperty("user.name"));
    socket.close();
    try (var left = Files.list(directory)) {
      assertThat(left).containsExactly(directory.resolve("control.sock.lock"));
    }
    SocketFile.listen(path, false).close();
  }

  @Test
  void aSecondServerIsRefusedAndHarmsTheFirstNot() throws Exception {
    SocketFile first = SocketFile.listen(path, false);
    try {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> SocketFile.listen(path, false))
            .isInstanceOf(HostFailureException.class)
            .hasMessageContaining(path.toString())
            .hasMessageContaining("already");
      }
      RawPeer.connect(path).close();
    } finally {
      first.close();
    }
  }

  @Test
  void aSocketThatAnybodyAnswersIsLeftAlone() throws Exception {
    try (var stranger = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stranger.bind(UnixDomainSocketAddress.of(path));
      assertThatThrownBy(() -> SocketFile.listen(path, false))
          .isInstanceOf(HostFailureException.class);
      RawPeer.connect(path).close();
    }
  }

  @Test
  void theSocketOfADeadProcessIsReplaced() throws Exception {
    leaveSocketBehind();
    SocketFile socket = SocketFile.listen(path, false);
    RawPeer.connect(path).close();
    socket.close();
    assertThat(path).doesNotExist();
  }

  @Test
  void whatIsNoSocketIsNeverDeleted() throws Exception {
    Files.writeString(path, "precious");
    assertThatThrownBy(() -> SocketFile.listen(path, false))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("no socket");
    assertThat(path).hasContent("precious");

    Path link = directory.resolve("link.sock");
    Files.createSymbolicLink(link, path);
    assertThatThrownBy(() -> SocketFile.listen(link, false))
        .isInstanceOf(HostFailureException.class);
    assertThat(link).isSymbolicLink();
  }

  @Test
  void theSocketOfASuccessorIsNotRemoved() throws Exception {
    SocketFile socket = SocketFile.listen(path, false);
    Files.delete(path);
    leaveSocketBehind();
    socket.close();
    assertThat(path).exists();
  }

  @Test
  void aLongPathIsRefusedWithItsLengthAndTheRemedy() {
    Path longest = directory.resolve("x".repeat(107 - directory.toString().length()));
    assertThatThrownBy(() -> SocketFile.listen(longest, false))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(longest.toString())
        .hasMessageContaining("108 bytes")
        .hasMessageContaining("at most 107")
        .hasMessageContaining("shorter");
  }

  @Test
  void aDirectoryThatIsMissingOrOpenToOthersIsRefused() throws Exception {
    assertThatThrownBy(() -> SocketFile.listen(directory.resolve("missing").resolve("s"), false))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("no directory");

    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> SocketFile.listen(open.resolve("s"), false))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("chmod go-w");
    assertThat(open).isEmptyDirectory();
  }

  private void leaveSocketBehind() throws IOException {
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
    }
  }
}
