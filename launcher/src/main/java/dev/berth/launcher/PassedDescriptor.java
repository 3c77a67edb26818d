package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.FileAccess;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A file opened to be passed to QEMU: an open file description of its own where that is possible,
 * so that its locks are QEMU's alone. Unlike Java's own streams it never creates the file.
 * Thread-safe.
 */
final class PassedDescriptor implements AutoCloseable {
  private final int number;
  private final FileDescriptor descriptor;
  private boolean closed;

  private PassedDescriptor(int number, FileDescriptor descriptor) {
    this.number = number;
    this.descriptor = descriptor;
  }

  /**
   * Opens an existing file.
   *
   * @throws HostFailureException when it cannot be opened, with the kernel's reason
   */
  static PassedDescriptor open(Path file, FileAccess access) {
    int number = Libc.INSTANCE.open(file.toString(), flags(access) | Libc.O_CLOEXEC);
    if (number < 0) {
      throw new HostFailureException(
          "cannot open " + file + ": " + Libc.INSTANCE.lastError() + ". Check its permissions");
    }
    return of(number, file.toString());
  }

  /**
   * Opens the file of a descriptor anew. Where this user may not, the descriptor itself is
   * duplicated: the open file description, and with it the locks, are then shared with whoever has
   * another duplicate.
   *
   * @throws HostFailureException when neither is possible
   */
  static PassedDescriptor anew(GivenFile given, FileAccess access) {
    int number = Libc.INSTANCE.open(given.path().toString(), flags(access) | Libc.O_CLOEXEC);
    if (number >= 0) {
      return of(number, "a file");
    }
    int error = Native.getLastError();
    if (error == Libc.EACCES || error == Libc.EPERM) {
      return duplicate(given);
    }
    throw new HostFailureException("cannot open it anew: " + Libc.INSTANCE.strerror(error));
  }

  /**
   * Duplicates a descriptor.
   *
   * @throws HostFailureException when this process has too many
   */
  static PassedDescriptor duplicate(GivenFile given) {
    int number = Libc.INSTANCE.fcntl(given.number(), Libc.F_DUPFD_CLOEXEC, 0);
    if (number < 0) {
      throw new HostFailureException("cannot duplicate it: " + Libc.INSTANCE.lastError());
    }
    return of(number, "a file");
  }

  private static int flags(FileAccess access) {
    return switch (access) {
      case READ_ONLY -> Libc.O_RDONLY;
      case READ_WRITE -> Libc.O_RDWR;
    };
  }

  /**
   * Takes over an open descriptor.
   *
   * @param what it is, for messages
   * @throws HostFailureException when it cannot be passed; it is closed then
   */
  static PassedDescriptor of(int number, String what) {
    try {
      FileDescriptor descriptor = FileDescriptorCast.unsafeUsing(number).getFileDescriptor();
      return new PassedDescriptor(number, descriptor);
    } catch (IOException failure) {
      Libc.INSTANCE.close(number);
      throw new HostFailureException("cannot pass " + what + " to QEMU: " + failure, failure);
    }
  }

  /** The descriptor as Java has it; valid until {@link #close()}. */
  FileDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.INSTANCE.close(number);
    }
  }
}
