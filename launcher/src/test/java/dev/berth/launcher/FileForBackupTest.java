package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.TargetFile;
import dev.berth.testing.LeakCheck;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketPair;
import org.newsclub.net.unix.FileDescriptorCast;

/** Files that are given for backups to be written to. */
@ExtendWith(LeakCheck.class)
final class FileForBackupTest {
  @TempDir Path directory;

  @Test
  void aFileIsOpenedAnewAndItsLocksAreNobodyElses() throws IOException {
    Path path = Files.write(directory.resolve("target"), new byte[512]);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        HeldResources held = HeldResources.copyOf(Map.of("vda", file.getFD()), Map.of())) {
      file.seek(17);
      FileForBackup target = FileForBackup.of("vda", held.descriptor("vda").orElseThrow());

      assertThat(target.look())
          .isEqualTo(new TargetFile(TargetFile.Kind.FILE, 512, path.toRealPath()));
      target.openAnew(held);

      try (RandomAccessFile own =
          new RandomAccessFile(path(held.descriptor("vda").orElseThrow()).toFile(), "r")) {
        assertThat(own.length()).isEqualTo(512);
      }
      int number = number(held.descriptor("vda").orElseThrow());
      Libc.INSTANCE.lseek(number, 40, Libc.SEEK_SET);
      assertThat(file.getFilePointer()).as("it has an offset of its own").isEqualTo(17);
    }
  }

  @Test
  void whatIsNoFileIsRefusedByName() throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    int pipe = Libc.INSTANCE.open(fifo.toString(), Libc.O_RDWR | Libc.O_CLOEXEC);
    try {
      assertRefused(
          FileDescriptorCast.unsafeUsing(pipe).getFileDescriptor(), "is a pipe", "a block device");
    } finally {
      Libc.INSTANCE.close(pipe);
    }
    AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
    try (AFUNIXSocketChannel one = pair.getSocket1();
        AFUNIXSocketChannel other = pair.getSocket2()) {
      assertThat(other.isOpen()).isTrue();
      assertRefused(one.getFileDescriptor(), "is a socket");
    }
    assertRefused(directory, "is a directory", "a block device");
    assertRefused(Path.of("/dev/null"), "is neither a file nor a block device");
  }

  @Test
  void whatIsNotOpenForReadingAndWritingIsRefused() throws IOException {
    Path path = Files.createFile(directory.resolve("target"));

    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      assertRefused(file.getFD(), "is open for reading only", "Open it for both");
    }
    try (FileOutputStream file = new FileOutputStream(path.toFile())) {
      assertRefused(file.getFD(), "is open for writing only", "Open it for both");
    }
    int appending = Libc.INSTANCE.open(path.toString(), Libc.O_RDWR | Libc.O_APPEND);
    try {
      assertRefused(
          FileDescriptorCast.unsafeUsing(appending).getFileDescriptor(), "is open for appending");
    } finally {
      Libc.INSTANCE.close(appending);
    }
  }

  private static void assertRefused(Path path, String... words) throws IOException {
    int number = Libc.INSTANCE.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    try {
      assertRefused(FileDescriptorCast.unsafeUsing(number).getFileDescriptor(), words);
    } finally {
      Libc.INSTANCE.close(number);
    }
  }

  private static void assertRefused(FileDescriptor descriptor, String... words) {
    assertThatThrownBy(() -> FileForBackup.of("vda", descriptor).look())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("Cannot write the backup of disk 'vda': its file descriptor ")
        .hasMessageContainingAll(words);
  }

  private static Path path(FileDescriptor descriptor) throws IOException {
    return Path.of("/proc/self/fd", String.valueOf(number(descriptor)));
  }

  private static int number(FileDescriptor descriptor) throws IOException {
    return FileDescriptorCast.using(descriptor).as(Integer.class);
  }
}
