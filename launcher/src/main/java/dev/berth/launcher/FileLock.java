package dev.berth.launcher;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import dev.berth.error.HostFailureException;
import java.nio.file.Path;

/** Asks who has a file locked, without ever taking the lock oneself. */
final class FileLock {
  /** {@code struct flock} of 64-bit Linux: type, whence, start, length, pid. */
  private static final int SIZE = 32;

  private static final int ENOENT = 2;

  private FileLock() {}

  /**
   * Whether some open file description has any part of the file locked against writers; false when
   * there is no such file.
   */
  static boolean isHeld(Path file) {
    int fd = Libc.INSTANCE.open(file.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      if (Native.getLastError() == ENOENT) {
        return false;
      }
      throw new HostFailureException(
          "Cannot examine " + file + ": " + Libc.INSTANCE.lastError() + ".");
    }
    try (Memory lock = new Memory(SIZE)) {
      lock.clear();
      lock.setShort(0, Libc.F_WRLCK);
      if (Libc.INSTANCE.fcntl(fd, Libc.F_GETLK, lock) != 0) {
        throw new HostFailureException(
            "Cannot ask for the lock of " + file + ": " + Libc.INSTANCE.lastError() + ".");
      }
      return lock.getShort(0) != Libc.F_UNLCK;
    } finally {
      Libc.INSTANCE.close(fd);
    }
  }
}
