package dev.berth.engine.thread;

import dev.berth.error.BusyException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inbox of one driver: turns run one at a time, those of events before those of requests, on
 * the host's shared driver threads. A turn may end later than its method: while the stage it
 * returned is pending (a commit is on its way to disk) nothing else runs, and no thread is held.
 * Thread-safe.
 *
 * <p>Requests are bounded here. Events are bounded by their senders: a tick, a machine's news, a
 * question and a timer each have one turn waiting at most.
 */
public final class Mailbox {
  /** More requests than any honest set of callers has in flight on one domain. */
  static final int REQUEST_LIMIT = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  /** What a turn returns that waits for nothing. */
  public static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  /** One turn; what it returns ends it. */
  public interface Turn {
    CompletionStage<?> run();
  }

  private final String owner;
  private final Executor executor;
  private final ArrayDeque<Turn> events = new ArrayDeque<>();
  private final ArrayDeque<Turn> requests = new ArrayDeque<>();
  private boolean turning;
  private boolean closed;

  public Mailbox(String owner, Executor executor) {
    this.owner = owner;
    this.executor = executor;
  }

  /**
   * Adds a turn that tells of something that has happened. Never refused; tells whether it will
   * have its turn, which it has unless the host is closed.
   */
  public boolean event(Turn turn) {
    return add(events, turn);
  }

  /**
   * Adds a turn that somebody asked for.
   *
   * @throws BusyException when too many are waiting
   */
  public void request(Turn turn) {
    add(requests, turn);
  }

  /** Takes nothing more, and forgets what has not had its turn. */
  public synchronized void close() {
    closed = true;
    events.clear();
    requests.clear();
  }

  /** How many turns of events are waiting. */
  synchronized int waitingEvents() {
    return events.size();
  }

  private boolean add(ArrayDeque<Turn> queue, Turn turn) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      if (queue == requests && queue.size() >= REQUEST_LIMIT) {
        throw new BusyException(
            "Domain '" + owner + "' has " + REQUEST_LIMIT + " requests waiting. Try again later.");
      }
      queue.add(turn);
      if (turning) {
        return true;
      }
      turning = true;
    }
    turnSoon();
    return true;
  }

  private void turnSoon() {
    try {
      executor.execute(this::turn);
    } catch (RejectedExecutionException ended) {
      close(); // the host's threads are gone, and with them everybody who could wait for a turn
    }
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
              turnSoon();
            });
  }

  /** The top of a turn: whatever it throws ends the turn, never the driver. */
  private static CompletionStage<?> run(Turn turn) {
    try {
      return Objects.requireNonNull(turn.run(), "a turn returns its end");
    } catch (RuntimeException | Error failure) {
      return CompletableFuture.failedStage(failure);
    }
  }
}
