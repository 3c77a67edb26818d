package dev.berth.engine;

import dev.berth.error.BusyException;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Threads of multi-step work, one for each operation in flight and none otherwise, named {@code
 * berth-op-DOMAIN}. Thread-safe.
 */
final class OperationThreads {
  private final int limit;
  private final Set<Thread> running = new HashSet<>();

  OperationThreads(int limit) {
    this.limit = limit;
  }

  /**
   * Runs the operation on a thread of its own.
   *
   * @throws BusyException when the host's limit is reached
   */
  synchronized Thread run(String domain, Runnable operation) {
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
  synchronized boolean awaitIdle(Duration timeout) throws InterruptedException {
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
  synchronized void interrupt() {
    running.forEach(Thread::interrupt);
  }
}
