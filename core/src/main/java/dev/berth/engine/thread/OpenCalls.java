package dev.berth.engine.thread;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Callers that wait for an outcome, each on its own thread; the end of the host sends them home.
 * Thread-safe.
 */
public final class OpenCalls {
  private final Set<CompletableFuture<?>> waiting = new HashSet<>();
  private boolean closed;

  /** Waits for the outcome; a deadline or an interruption ends the wait, not what was asked. */
  public <T> T await(CompletableFuture<T> outcome, CallOptions options) {
    Deadline deadline = options.deadline().map(Deadline::of).orElse(Deadline.none());
    enter(outcome);
    try {
      return outcome.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (TimeoutException e) {
      throw new DeadlineExceededException(
          "The deadline of "
              + options.deadline().map(Duration::toString).orElse("")
              + " passed first. What was asked goes on; look at the domain before asking again.");
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      leave(outcome);
    }
  }

  public static DeadlineExceededException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DeadlineExceededException(
        "The caller was interrupted. What was asked goes on; look at the domain before asking"
            + " again.",
        e);
  }

  private synchronized void enter(CompletableFuture<?> outcome) {
    if (closed) {
      outcome.completeExceptionally(closedMeanwhile());
    } else {
      waiting.add(outcome);
    }
  }

  private synchronized void leave(CompletableFuture<?> outcome) {
    waiting.remove(outcome);
  }

  /** Fails everybody who still waits. */
  public void close() {
    List<CompletableFuture<?>> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(waiting);
    }
    all.forEach(outcome -> outcome.completeExceptionally(closedMeanwhile()));
  }

  public static HostUnreachableException closedMeanwhile() {
    return new HostUnreachableException(
        "The host has been closed meanwhile. What was asked may have happened; look at the domain"
            + " when the host is open again.");
  }

  /** The error of ours inside what a future wraps around it. */
  public static RuntimeException unwrapped(Throwable failure) {
    Throwable inner = failure;
    while ((inner instanceof ExecutionException || inner instanceof CompletionException)
        && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner instanceof BerthException ours
        ? ours
        : new HostFailureException("Unexpected failure: " + inner, inner);
  }
}
