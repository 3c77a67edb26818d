package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.FileAccess;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A file opened to be passed to QEMU: an open file description of its own, so that its locks are
 * QEMU's alone. Unlike Java's own streams it never creates the file. Thread-safe.
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
    int flags =
        switch (access) {
          case READ_ONLY -> Libc.O_RDONLY;
          case READ_WRITE -> Libc.O_RDWR;
        };
    int number = Libc.INSTANCE.open(file.toString(), flags | Libc.O_CLOEXEC);
    if (number < 0) {
      throw new HostFailureException(
          "cannot open " + file + ": " + Libc.INSTANCE.lastError() + ". Check its permissions");
    }
    return of(number, file.toString());
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
