package dev.berth.engine;

import dev.berth.error.BusyException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inbox of one driver: turns run one at a time, those of events before those of requests, on
 * the host's shared driver threads. A turn may end later than its method: while the stage it
 * returned is pending (a commit is on its way to disk) nothing else runs, and no thread is held.
 * Thread-safe.
 */
final class Mailbox {
  /** More requests than any honest set of callers has in flight on one domain. */
  private static final int REQUEST_LIMIT = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  /** What a turn returns that waits for nothing. */
  static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  /** One turn; what it returns ends it. */
  interface Turn {
    CompletionStage<?> run();
  }

  private final String owner;
  private final Executor executor;
  private final ArrayDeque<Turn> events = new ArrayDeque<>();
  private final ArrayDeque<Turn> requests = new ArrayDeque<>();
  private boolean turning;

  Mailbox(String owner, Executor executor) {
    this.owner = owner;
    this.executor = executor;
  }

  /**
   * Adds a turn that tells of something that has happened. Never refused: senders bound themselves.
   */
  void event(Turn turn) {
    synchronized (this) {
      events.add(turn);
      if (turning) {
        return;
      }
      turning = true;
    }
    executor.execute(this::turn);
  }

  /**
   * Adds a turn that somebody asked for.
   *
   * @throws BusyException when too many are waiting
   */
  void request(Turn turn) {
    synchronized (this) {
      if (requests.size() >= REQUEST_LIMIT) {
        throw new BusyException(
            "Domain '" + owner + "' has " + REQUEST_LIMIT + " requests waiting. Try again later.");
      }
      requests.add(turn);
      if (turning) {
        return;
      }
      turning = true;
    }
    executor.execute(this::turn);
  }

  private void turn() {
    Turn next;
    synchronized (this) {
      next = events.isEmpty() ? requests.poll() : events.poll();
      if (next == null) {
        turning = false;
        return;
      }
    }
    run(next)
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                LOG.error("A turn of domain '{}' failed", owner, failure);
              }
              executor.execute(this::turn);
            });
  }

  /** The top of a turn: whatever it throws ends the turn, never the driver. */
  private static CompletionStage<?> run(Turn turn) {
    try {
      return turn.run();
    } catch (RuntimeException failure) {
      return CompletableFuture.failedStage(failure);
    }
  }
}
