package dev.berth.qmp;

import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One event that somebody waits for, registered before the command that causes it is sent: QEMU may
 * send the event before the reply. Any thread may use it; whoever made it closes it.
 */
public final class Expectation implements AutoCloseable {
  private final CompletableFuture<QmpEvent> future = new CompletableFuture<>();
  private final EventDelivery delivery;
  private final Consumer<Expectation> deregister;

  Expectation(Executor callbacks, Predicate<QmpEvent> event, Consumer<Expectation> deregister) {
    this.deregister = deregister;
    this.delivery = new EventDelivery(callbacks, new Matcher(event), this::fail);
  }

  /**
   * The first event that matches. Fails with {@link MachineLostException} when the connection ends
   * first, with {@link OutcomeUnknownException} when events were dropped because the predicate was
   * too slow, and with the predicate's own exception if it throws one.
   */
  public CompletableFuture<QmpEvent> future() {
    return future.copy();
  }

  /**
   * Waits for the event.
   *
   * @throws DeadlineExceededException when the deadline passes first
   * @throws BerthException as {@link #future()} fails
   * @throws InterruptedException when the thread is interrupted; the expectation stays registered
   */
  public QmpEvent await(Deadline deadline) throws InterruptedException {
    try {
      return future.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new DeadlineExceededException("The expected event did not come in time.", e);
    } catch (ExecutionException e) {
      throw Failures.asUnchecked(e.getCause());
    }
  }

  /** Stops waiting; the future is cancelled if nothing came. */
  @Override
  public void close() {
    deregister.accept(this);
    future.cancel(false);
  }

  void offer(QmpEvent event, int bytes) {
    delivery.offer(event, bytes);
  }

  void end(QmpDisconnect cause) {
    delivery.end(cause);
  }

  private void fail(QmpDisconnect cause) {
    future.completeExceptionally(
        new MachineLostException(
            "The connection to QEMU ended before the expected event came: " + cause.message() + ".",
            cause.cause()));
  }

  /** Runs the predicate where application code may run. */
  private final class Matcher implements QmpEventListener {
    private final Predicate<QmpEvent> expected;

    Matcher(Predicate<QmpEvent> expected) {
      this.expected = expected;
    }

    @Override
    public void event(QmpEvent event) {
      if (future.isDone()) {
        return;
      }
      try {
        if (expected.test(event)) {
          deregister.accept(Expectation.this);
          future.complete(event);
        }
      } catch (RuntimeException e) { // application code: its failure is the waiter's
        deregister.accept(Expectation.this);
        future.completeExceptionally(e);
      }
    }

    @Override
    public void missed(long count) {
      deregister.accept(Expectation.this);
      future.completeExceptionally(
          new OutcomeUnknownException(
              count
                  + " events were dropped while one was expected. Query what it would have told."));
    }
  }
}
