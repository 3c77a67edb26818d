package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.berth.control.FileToGive.Mode;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.newsclub.net.unix.FileDescriptorCast;

/** Files that a client opens to give them: what they may be, and what they are opened for. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class FileToGiveTest {
  /** Nobody may write to it, not even root. */
  private static final Path READABLE = Path.of("/sys/devices/system/cpu/online");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"READ_ONLY, 0", "WRITE_ONLY, 1", "READ_WRITE, 2", "AS_ALLOWED, 2"})
  void aFileIsOpenedForWhatIsAskedAndWaitsAsUsual(Mode mode, int access) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    try (FileToGive open = FileToGive.open(file, mode)) {
      int flags = flags(open);
      assertThat(flags & 3).isEqualTo(access);
      assertThat(flags & Libc.O_NONBLOCK).isZero();
      assertThat(flags & Libc.O_CLOEXEC).isEqualTo(Libc.O_CLOEXEC);
    }
  }

  @Test
  void aDeviceIsOpenedToo() throws IOException {
    try (FileToGive open = FileToGive.open(Path.of("/dev/null"), Mode.AS_ALLOWED)) {
      assertThat(open.descriptor().valid()).isTrue();
    }
  }

  @Test
  void whatMayOnlyBeReadIsOpenedForThatUnlessMoreIsAsked() throws IOException {
    try (FileToGive open = FileToGive.open(READABLE, Mode.AS_ALLOWED)) {
      assertThat(flags(open) & 3).isZero();
    }
    assertThatThrownBy(() -> FileToGive.open(READABLE, Mode.READ_WRITE))
        .isInstanceOf(IOException.class)
        .message()
        .containsAnyOf("Permission denied", "Read-only file system");
  }

  @Test
  void whatOneMayNotOpenIsSaid() throws IOException {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may open anything");
    Path file =
        Files.createFile(
            directory.resolve("secret"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));

    refused(file, Mode.AS_ALLOWED, "Permission denied");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aFifoIsRefusedAndNobodyWaitsForItsOtherEnd(Mode mode) throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    refused(fifo, mode, "it is a FIFO: give a file or a device");
  }

  @Test
  void whatIsNeitherFileNorDeviceIsRefused() throws IOException {
    Path path = directory.resolve("socket");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(path));
      refused(path, Mode.AS_ALLOWED, "it is a socket: sockets can be given by programs");
    }
    refused(directory, Mode.READ_ONLY, "it is a directory: give a file or a device");
  }

  @Test
  void aFileThatIsNotThereIsNotMade() {
    Path missing = directory.resolve("missing");

    refused(missing, Mode.AS_ALLOWED, "there is no such file");
    assertThat(missing).doesNotExist();
  }

  private static void refused(Path file, Mode mode, String why) {
    assertThatThrownBy(() -> FileToGive.open(file, mode))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(why);
  }

  /** The kernel shows them in octal. */
  private static int flags(FileToGive open) throws IOException {
    int number = FileDescriptorCast.using(open.descriptor()).as(Integer.class);
    String line = Files.readAllLines(Path.of("/proc/self/fdinfo/" + number)).get(1);
    return Integer.parseInt(line.replaceFirst("flags:\\s*", ""), 8);
  }
}
