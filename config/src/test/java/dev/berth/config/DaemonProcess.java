package dev.berth.config;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A daemon in a process of its own, for tests that kill it. Its output is read to the end. */
final class DaemonProcess implements AutoCloseable {
  private static final int LINES_KEPT = 200;

  private final HostProcess process;
  private final CompletableFuture<Boolean> serves = new CompletableFuture<>();
  private final Deque<String> lastWords = new ArrayDeque<>();
  private final Thread reader = new Thread(this::read, "daemon-output");

  private DaemonProcess(HostProcess process) {
    this.process = process;
  }

  /** Starts one; it does not serve yet. */
  static DaemonProcess start(Path home) {
    return start(TestDaemon.class, home);
  }

  /** The same of another kind. */
  static DaemonProcess start(Class<?> main, Path home) {
    return startBy(List.of(), main, home);
  }

  /** The same, started by another program, which becomes the process. */
  static DaemonProcess startBy(List<String> starter, Class<?> main, Path home) {
    DaemonProcess daemon = new DaemonProcess(HostProcess.startBy(starter, main, home));
    daemon.reader.start();
    return daemon;
  }

  private void read() {
    for (Optional<String> line = process.line(); line.isPresent(); line = process.line()) {
      if (line.get().equals(TestDaemon.SERVES)) {
        serves.complete(true);
      }
      synchronized (lastWords) {
        lastWords.add(line.get());
        if (lastWords.size() > LINES_KEPT) {
          lastWords.remove();
        }
        lastWords.notifyAll();
      }
    }
    serves.complete(false);
  }

  void awaitServing() throws Exception {
    if (!serves.get(TestHome.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the daemon has ended by itself: " + lastWords());
    }
  }

  /** Writes a line to its input. */
  void tell(String line) {
    process.tell(line);
  }

  /** Waits until it has said that line, which counts once. */
  void awaitSaid(String line) throws InterruptedException {
    long end = System.nanoTime() + TestHome.PATIENCE.toNanos();
    synchronized (lastWords) {
      while (!lastWords.remove(line)) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("the daemon did not say '" + line + "': " + lastWords);
        }
        lastWords.wait(left);
      }
    }
  }

  /** SIGSTOP: it answers nobody, until it is let go on. */
  void freeze() {
    process.signal("STOP");
  }

  void thaw() {
    process.signal("CONT");
  }

  long pid() {
    return process.pid();
  }

  /** The last lines of its log. */
  List<String> lastWords() {
    synchronized (lastWords) {
      return List.copyOf(lastWords);
    }
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() throws InterruptedException {
    process.kill();
    process.awaitEnd();
    reader.join();
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
