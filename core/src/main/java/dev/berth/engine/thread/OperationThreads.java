package dev.berth.engine.thread;

import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostUnreachableException;
import dev.berth.machine.HeldResources;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads of multi-step work, one for each operation in flight and none otherwise, named {@code
 * berth-op-DOMAIN}. Thread-safe.
 */
public final class OperationThreads {
  private final int limit;
  private final Set<Thread> running = new HashSet<>();

  public OperationThreads(int limit) {
    this.limit = limit;
  }

  /**
   * Runs the operation on a thread of its own.
   *
   * @param held what it works with: the operation's to close, unless it is not begun
   * @throws BusyException when the host's limit is reached
   * @throws HostUnreachableException when the host is being closed, and nobody waits any more
   */
  public Thread run(String domain, HeldResources held, Runnable operation) {
    if (!held.handOver()) {
      throw new HostUnreachableException("The host has been closed.");
    }
    boolean begun = false;
    try {
      Thread thread = begin(domain, operation);
      begun = true;
      return thread;
    } finally {
      if (!begun) {
        held.close();
      }
    }
  }

  /** Waits, on an operation's thread, for what a driver's turn does for it. */
  public static <T extends @Nullable Object> T await(CompletableFuture<T> stage)
      throws InterruptedException {
    try {
      return stage.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BerthException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private synchronized Thread begin(String domain, Runnable operation) {
    if (running.size() >= limit) {
      throw new BusyException(
          "Cannot begin anything on domain '"
              + domain
              + "': "
              + limit
              + " operations are under way on this host, which is its limit. Try again later, or"
              + " raise the setting 'operation-limit'.");
    }
    Thread thread =
        EngineThreads.daemon(
            () -> {
              try {
                operation.run();
              } finally {
                ended(Thread.currentThread());
              }
            },
            "berth-op-" + domain);
    running.add(thread);
    thread.start();
    return thread;
  }

  private synchronized void ended(Thread thread) {
    running.remove(thread);
    notifyAll();
  }

  /** Waits until no operation is under way, or the timeout passes; tells which it was. */
  public synchronized boolean awaitIdle(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.of(timeout);
    while (!running.isEmpty()) {
      if (deadline.hasPassed()) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline.remainingNanos()));
    }
    return true;
  }

  /** Interrupts what is still under way. */
  public synchronized void interrupt() {
    running.forEach(Thread::interrupt);
  }
}
