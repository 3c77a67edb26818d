package dev.berth.launcher;

import static java.lang.Long.MAX_VALUE;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import dev.berth.error.HostFailureException;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices at once that a process has ended, whoever its parent is: one thread, {@code
 * berth-process-watch}, waits in {@code epoll_wait(2)} for all pidfds together. Thread-safe.
 */
final class ProcessWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessWatch.class);

  /** {@code struct epoll_event} is packed on x86 alone. */
  private static final int DATA_OFFSET = Platform.isIntel() ? 4 : 8;

  private static final int EVENT_SIZE = DATA_OFFSET + 8;
  private static final int EPOLLIN = 1;
  private static final int BATCH = 64;
  private static final int MAX_MILLIS = 60_000;

  private final Map<Integer, Watched> watched = new ConcurrentHashMap<>();
  private final int epoll;
  private final int wake;
  private final Thread thread = new Thread(this::run, "berth-process-watch");
  private boolean closed;

  private ProcessWatch(int epoll, int wake) {
    this.epoll = epoll;
    this.wake = wake;
  }

  /** A watch whose thread runs. */
  static ProcessWatch start() {
    int epoll = checked(Libc.INSTANCE.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1");
    int wake = checked(Libc.INSTANCE.eventfd(0, Libc.EFD_CLOEXEC), "eventfd");
    ProcessWatch watch = new ProcessWatch(epoll, wake);
    watch.control(Libc.EPOLL_CTL_ADD, wake);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  /**
   * Runs the listener on the watch's thread once the process has ended; at once when it already
   * has. The listener must not block, and is forgotten when the watch closes. The process must stay
   * open until then.
   */
  void onEnd(Pidfd process, Runnable listener) {
    add(process, new Watched(listener, Deadline.none()));
  }

  /** As {@link #onEnd(Pidfd, Runnable)}, and runs the listener too when the time is up. */
  void onEnd(Pidfd process, Duration limit, Runnable listener) {
    add(process, new Watched(listener, Deadline.of(limit)));
  }

  private synchronized void add(Pidfd process, Watched entry) {
    if (closed) {
      throw new IllegalStateException("the launcher is closed");
    }
    watched.put(process.fd(), entry);
    boolean added = false;
    try {
      control(Libc.EPOLL_CTL_ADD, process.fd());
      added = true;
    } finally {
      if (!added) {
        watched.remove(process.fd());
      }
    }
    if (entry.until.isLimited() && Thread.currentThread() != thread) {
      Libc.INSTANCE.eventfd_write(wake, 1);
    }
  }

  private record Watched(Runnable listener, Deadline until) {}

  private void run() {
    try (Memory events = new Memory((long) EVENT_SIZE * BATCH)) {
      while (true) {
        int count = Libc.INSTANCE.epoll_wait(epoll, events, BATCH, waitMillis());
        if (count < 0 && Native.getLastError() != Libc.EINTR) {
          LOG.error("Ends of processes go unnoticed: epoll_wait: {}", Libc.INSTANCE.lastError());
          return;
        }
        for (int i = 0; i < count; i++) {
          int fd = events.getInt((long) i * EVENT_SIZE + DATA_OFFSET);
          if (fd != wake) {
            end(fd);
          } else if (woken()) {
            return;
          }
        }
        watched.forEach(
            (fd, entry) -> {
              if (entry.until.hasPassed()) {
                end(fd);
              }
            });
      }
    }
  }

  /** How long until the first time is up; -1 for no end. */
  private int waitMillis() {
    long nanos =
        watched.values().stream().mapToLong(e -> e.until.remainingNanos()).min().orElse(MAX_VALUE);
    return nanos == MAX_VALUE ? -1 : (int) Math.min(MAX_MILLIS, nanos / 1_000_000 + 1);
  }

  /** Takes the wake-up; whether it was the one that ends the thread. */
  private synchronized boolean woken() {
    try (Memory value = new Memory(8)) {
      Libc.INSTANCE.eventfd_read(wake, value);
    }
    return closed;
  }

  private void end(int fd) {
    Watched entry = watched.remove(fd);
    if (entry == null) {
      return;
    }
    try {
      control(Libc.EPOLL_CTL_DEL, fd);
    } catch (HostFailureException failure) {
      LOG.warn("A process that was watched is closed already: {}", failure.getMessage());
    }
    try {
      entry.listener.run();
    } catch (RuntimeException failure) {
      LOG.error("A listener to a process's end failed", failure);
    }
  }

  private void control(int operation, int fd) {
    try (Memory event = new Memory(EVENT_SIZE)) {
      event.clear();
      event.setInt(0, EPOLLIN);
      event.setInt(DATA_OFFSET, fd);
      checked(Libc.INSTANCE.epoll_ctl(epoll, operation, fd, event), "epoll_ctl");
    }
  }

  private static int checked(int result, String call) {
    if (result < 0) {
      throw new HostFailureException(
          "Cannot watch processes: " + call + ": " + Libc.INSTANCE.lastError() + ".");
    }
    return result;
  }

  /** Ends the thread. Listeners that were not run never will be. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    Libc.INSTANCE.eventfd_write(wake, 1);
    Threads.join(thread);
    Libc.INSTANCE.close(wake);
    Libc.INSTANCE.close(epoll);
    watched.clear();
  }
}
