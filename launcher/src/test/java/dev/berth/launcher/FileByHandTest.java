package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.testing.LeakCheck;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.FileDescriptorCast;

/** Files that are given to live machines by hand. */
@ExtendWith(LeakCheck.class)
final class FileByHandTest {
  @TempDir Path directory;

  @Test
  void anotherOpenFileDescriptionHasTheSameFlagsAndOffset() throws IOException {
    Path image = Files.write(directory.resolve("log"), new byte[4096]);
    try (FileOutputStream log = new FileOutputStream(image.toFile(), true)) {
      log.write(new byte[512]);
      FileByHand file = FileByHand.of("log", log.getFD());

      FileDescriptor own = file.anew().orElseThrow();

      try (FileOutputStream opened = new FileOutputStream(own)) {
        assertThat(flags(own)).isEqualTo(flags(log.getFD()));
        assertThat(offset(own)).isEqualTo(4096 + 512);
        opened.write(new byte[512]);
        assertThat(offset(log.getFD())).as("which has its own offset").isEqualTo(4096 + 512);
      }
      assertThat(file.holdsImage()).isTrue();
      assertThat(file.access()).isEqualTo(FileAccess.READ_WRITE);
    }
  }

  @Test
  void aDeviceIsGivenAsItIs() throws IOException {
    try (RandomAccessFile device = new RandomAccessFile("/dev/null", "r")) {
      FileByHand file = FileByHand.of("null", device.getFD());

      assertThat(file.holdsImage()).isFalse();
      assertThat(file.access()).isEqualTo(FileAccess.READ_ONLY);
    }
  }

  @Test
  void aDirectoryIsRefused() {
    assertThatThrownBy(() -> ofDirectory())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("file descriptor 'x'")
        .hasMessageContaining("it is a directory");
  }

  private void ofDirectory() throws IOException {
    int number = Libc.INSTANCE.open(directory.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    try {
      FileByHand.of("x", FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
    } finally {
      Libc.INSTANCE.close(number);
    }
  }

  private static int flags(FileDescriptor descriptor) {
    return Libc.INSTANCE.fcntl(GivenFile.of(descriptor).number(), Libc.F_GETFL);
  }

  private static long offset(FileDescriptor descriptor) {
    return Libc.INSTANCE.lseek(GivenFile.of(descriptor).number(), 0, Libc.SEEK_CUR);
  }
}
