package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * An open file that somebody gives to a live machine, for an fdset.
 *
 * @param name by which it is given
 * @param given the host's own copy of the descriptor
 * @param flags what the kernel says of it
 */
record FileByHand(String name, GivenFile given, int flags) {
  /** What two open file descriptions of one file should have in common. */
  private static final int KEPT = Libc.O_ACCMODE | Libc.O_APPEND | Libc.O_DIRECT | Libc.O_SYNC;

  /**
   * That open file.
   *
   * @throws InvalidRequestException when QEMU can do nothing with it
   */
  static FileByHand of(String name, FileDescriptor descriptor) {
    GivenFile given = GivenFile.of(descriptor);
    if (Files.isDirectory(given.path())) {
      throw new InvalidRequestException(
          "Cannot add file descriptor '"
              + name
              + "' to an fdset: it is a directory. Give a file or a device. Nothing was sent.");
    }
    return new FileByHand(name, given, Libc.INSTANCE.fcntl(given.number(), Libc.F_GETFL));
  }

  /** Whether it can hold an image. */
  boolean holdsImage() {
    return Files.isRegularFile(given.path()) || HostFiles.isBlockDevice(given.path());
  }

  /** Which file it is. */
  FileKey key() {
    try {
      return given.key();
    } catch (IOException failure) {
      throw new HostFailureException(
          "File descriptor '" + name + "' cannot be looked at: " + failure.getMessage() + ".",
          failure);
    }
  }

  /** Whether it can be written to. */
  FileAccess access() {
    return (flags & Libc.O_ACCMODE) == Libc.O_RDONLY ? FileAccess.READ_ONLY : FileAccess.READ_WRITE;
  }

  /**
   * Another open file description of the same file, with the same flags and offset.
   *
   * @return empty where this user may not open it
   */
  Optional<FileDescriptor> anew() {
    int number = Libc.INSTANCE.open(given.path().toString(), (flags & KEPT) | Libc.O_CLOEXEC);
    if (number < 0) {
      int error = Native.getLastError();
      if (error == Libc.EACCES || error == Libc.EPERM || error == Libc.EROFS) {
        return Optional.empty();
      }
      throw new HostFailureException(
          "File descriptor '"
              + name
              + "' cannot be opened anew: "
              + Libc.INSTANCE.strerror(error)
              + ".");
    }
    long offset = Libc.INSTANCE.lseek(given.number(), 0, Libc.SEEK_CUR);
    Libc.INSTANCE.lseek(number, Math.max(0, offset), Libc.SEEK_SET);
    try {
      return Optional.of(FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
    } catch (IOException failure) {
      Libc.INSTANCE.close(number);
      throw new HostFailureException(
          "File descriptor '" + name + "' cannot be used: " + failure.getMessage() + ".", failure);
    }
  }
}
