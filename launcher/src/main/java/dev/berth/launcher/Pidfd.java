package dev.berth.launcher;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.berth.error.HostFailureException;
import java.util.Optional;

/**
 * A descriptor of one process. It stays with that process: once the process is gone it reaches
 * nobody, whoever gets the pid. Thread-safe; whoever opened it closes it.
 */
final class Pidfd implements AutoCloseable {
  private final long pid;
  private final int fd;
  private boolean closed;

  private Pidfd(long pid, int fd) {
    this.pid = pid;
    this.fd = fd;
  }

  /**
   * A descriptor of the process that has that pid now, or empty when none has.
   *
   * @throws HostFailureException when the kernel has no pidfds, or this process no descriptors left
   */
  static Optional<Pidfd> open(long pid) {
    if (pid <= 0 || pid > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    long fd = Libc.INSTANCE.syscall(Libc.PIDFD_OPEN, (int) pid, 0);
    if (fd >= 0) {
      return Optional.of(new Pidfd(pid, (int) fd));
    }
    int error = Native.getLastError();
    if (error == Libc.ESRCH) {
      return Optional.empty();
    }
    if (error == Libc.ENOSYS) {
      throw new HostFailureException(
          "This kernel has no pidfd_open, without which a signal could hit another process that"
              + " got a machine's pid. Use Linux 5.3 or newer, and a container that allows it.");
    }
    throw new HostFailureException(
        "Cannot watch process " + pid + ": " + Libc.INSTANCE.strerror(error) + ".");
  }

  /** The pid that this was opened with. */
  long pid() {
    return pid;
  }

  /** The number of the descriptor, for polling; valid until {@link #close()}. */
  int fd() {
    return fd;
  }

  /** Whether the process has not ended; a zombie has. */
  boolean isAlive() {
    return !awaitEnd(0);
  }

  /** Waits so long for the process to end; whether it has. */
  boolean awaitEnd(int millis) {
    try (Memory request = new Memory(8)) {
      request.setInt(0, fd);
      request.setShort(4, Libc.POLLIN);
      request.setShort(6, (short) 0);
      return Libc.INSTANCE.poll(request, 1, millis) > 0;
    }
  }

  /** Sends a signal; nothing happens when the process has ended or this is closed. */
  synchronized void signal(Signal signal) {
    if (closed) {
      return;
    }
    long result =
        Libc.INSTANCE.syscall(Libc.PIDFD_SEND_SIGNAL, fd, signal.number(), new NativeLong(0), 0);
    int error = result == 0 ? 0 : Native.getLastError();
    if (error != 0 && error != Libc.ESRCH) {
      throw new HostFailureException(
          "Cannot send "
              + signal
              + " to process "
              + pid
              + ": "
              + Libc.INSTANCE.strerror(error)
              + ".");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.INSTANCE.close(fd);
    }
  }

  /** The signals Berth sends. */
  enum Signal {
    SIGKILL(9),
    SIGTERM(15);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }
}
