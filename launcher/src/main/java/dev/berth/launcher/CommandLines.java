package dev.berth.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the command lines of processes and lets none of them hold its reader up.
 *
 * <p>Why that needs threads: to read a command line the kernel takes the lock of the process's
 * memory, and a process that hangs in the kernel, mostly for storage, may hold that lock for as
 * long as it hangs. No signal ends such a read. So each is done by a thread {@code berth-cmdline-N}
 * and waited for a little; one that takes longer is left behind, and its process is not asked again
 * until the read has come back. Threads: as many as reads in flight, and they end by themselves, or
 * when this is closed; those left behind have a limit, beyond which nothing is read. Thread-safe.
 */
final class CommandLines implements AutoCloseable {
  /** A read takes microseconds; on a busy host a thread may have to wait for its turn. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * More processes that hang are a host that does not work; nobody is proved alive or gone then.
   */
  private static final int LEFT_BEHIND_LIMIT = 16;

  private static final int IDLE_SECONDS = 1;

  private final Path proc;
  private final Duration patience;
  private final Map<Long, CompletableFuture<Optional<List<String>>>> leftBehind =
      new ConcurrentHashMap<>();
  private final AtomicInteger readers = new AtomicInteger();
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          this::reader);

  CommandLines(Path proc, Duration patience) {
    this.proc = proc;
    this.patience = patience;
  }

  private Thread reader(Runnable work) {
    Thread thread = new Thread(work, "berth-cmdline-" + readers.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The command line of a process, empty for a zombie, a kernel thread, or no such process; nothing
   * when it cannot be read now, or not any more.
   */
  Optional<List<String>> of(long pid) {
    if (leftBehind.containsKey(pid) || leftBehind.size() >= LEFT_BEHIND_LIMIT) {
      return Optional.empty();
    }
    CompletableFuture<Optional<List<String>>> reading = new CompletableFuture<>();
    try {
      threads.execute(() -> reading.complete(read(pid)));
    } catch (RejectedExecutionException closed) {
      return Optional.empty();
    }
    Optional<Optional<List<String>>> read = await(reading);
    if (read.isEmpty()) {
      leftBehind.put(pid, reading);
      reading.thenRun(() -> leftBehind.remove(pid, reading));
    }
    return read.flatMap(line -> line);
  }

  /** Ends the threads; only one that the kernel holds may outlive this. */
  @Override
  public void close() {
    threads.shutdown();
    if (leftBehind.isEmpty()) {
      try {
        threads.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Optional<List<String>> read(long pid) {
    Path process = proc.resolve(Long.toString(pid));
    try {
      String joined = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return Optional.of(joined.isEmpty() ? List.of() : List.of(utf8(joined).split("\0")));
    } catch (IOException unreadable) {
      return Files.exists(process) ? Optional.empty() : Optional.of(List.of());
    }
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** What the future has within the patience; an interruption of the caller is kept for later. */
  private <T> Optional<T> await(CompletableFuture<T> future) {
    long until = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return Optional.of(future.get(until - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (TimeoutException late) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading a command line", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
