package dev.berth.control;

import com.sun.jna.Native;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A file or device that a client opens, to give its descriptor to a host. It is there already:
 * opening makes none. Opening never waits either, as it does for a FIFO without another end or a
 * line without a carrier. Whoever opened it closes it.
 */
public final class FileToGive implements Closeable {
  private static final int KIND = 0170000;
  private static final int FIFO = 0010000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int DIRECTORY = 0040000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int FILE = 0100000;
  private static final int SOCKET = 0140000;

  private final FileDescriptor descriptor;

  /** What it is opened for. */
  public enum Mode {
    /** For reading. */
    READ_ONLY,
    /** For writing. */
    WRITE_ONLY,
    /** For both. */
    READ_WRITE,
    /** For both, or for reading where no more is allowed. */
    AS_ALLOWED
  }

  private FileToGive(FileDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens it.
   *
   * @throws IOException when it cannot be opened or given; the message says why
   */
  public static FileToGive open(Path file, Mode mode) throws IOException {
    check(file);
    int number =
        switch (mode) {
          case READ_ONLY -> number(file, Libc.O_RDONLY);
          case WRITE_ONLY -> number(file, Libc.O_WRONLY);
          case READ_WRITE -> number(file, Libc.O_RDWR);
          case AS_ALLOWED -> asAllowed(file);
        };
    FileToGive open = new FileToGive(FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
    try {
      check(Path.of("/proc/self/fd", Integer.toString(number))); // another may be there by now
      waitAgain(number);
      return open;
    } catch (IOException refused) {
      open.close();
      throw refused;
    }
  }

  private static int asAllowed(Path file) throws IOException {
    int number = Libc.INSTANCE.open(file.toString(), Libc.O_RDWR | Libc.NEVER_WAIT);
    return number >= 0 ? number : number(file, Libc.O_RDONLY);
  }

  private static int number(Path file, int access) throws IOException {
    int number = Libc.INSTANCE.open(file.toString(), access | Libc.NEVER_WAIT);
    if (number < 0) {
      throw new IOException(Libc.INSTANCE.strerror(Native.getLastError()));
    }
    return number;
  }

  private static void waitAgain(int number) throws IOException {
    int flags = Libc.INSTANCE.fcntl(number, Libc.F_GETFL);
    if (Libc.INSTANCE.fcntl(number, Libc.F_SETFL, flags & ~Libc.O_NONBLOCK) < 0) {
      throw new IOException(Libc.INSTANCE.strerror(Native.getLastError()));
    }
  }

  private static void check(Path file) throws IOException {
    switch (kind(file)) {
      case FILE, BLOCK_DEVICE, CHARACTER_DEVICE -> {}
      case DIRECTORY -> throw new IOException("it is a directory: give a file or a device");
      case FIFO -> throw new IOException("it is a FIFO: give a file or a device");
      case SOCKET ->
          throw new IOException("it is a socket: sockets can be given by programs, once connected");
      default -> throw new IOException("it is neither a file nor a device");
    }
  }

  private static int kind(Path file) throws IOException {
    try {
      return (Integer) Files.getAttribute(file, "unix:mode") & KIND;
    } catch (NoSuchFileException missing) {
      throw new IOException("there is no such file", missing);
    }
  }

  /** Its descriptor; valid until it is closed. */
  public FileDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public void close() throws IOException {
    new FileOutputStream(descriptor).close();
  }
}
