package dev.berth.engine.thread;

import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.host.CallOptions;
import dev.berth.host.CallOptions.Turn;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Has a call that a job is in the way of wait for its end and ask again, where its caller wants
 * that. Each waits on its caller's thread and is woken by the end; of several the first to ask
 * again goes ahead, and the others wait for what that has begun. Thread-safe.
 */
public final class Turns {
  private final OpenCalls calls;
  private final Function<JobId, Optional<CompletableFuture<Job>>> ends;

  /**
   * Turns of calls.
   *
   * @param ends completes when a job has ended; empty when it is not known any more
   */
  public Turns(OpenCalls calls, Function<JobId, Optional<CompletableFuture<Job>>> ends) {
    this.calls = calls;
    this.ends = ends;
  }

  /**
   * The answer, as soon as no job is in the way of it.
   *
   * @param question asked once for each turn
   * @throws BusyException when a job is in the way and the caller does not wait, or it is no job
   * @throws DeadlineExceededException when the deadline passes first
   */
  public <T> T await(Supplier<CompletableFuture<T>> question, CallOptions options) {
    Deadline deadline = options.deadline().map(Deadline::of).orElse(Deadline.none());
    CallOptions left = options;
    while (true) {
      try {
        return calls.await(question.get(), left);
      } catch (BusyException busy) {
        if (options.turn() == Turn.NOW || busy.job().isEmpty()) {
          throw busy;
        }
        awaitEnd(new JobId(busy.job().get()), deadline, busy);
        left = left(deadline);
      }
    }
  }

  private void awaitEnd(JobId job, Deadline deadline, BusyException busy) {
    Optional<CompletableFuture<Job>> end = ends.apply(job);
    if (end.isEmpty()) {
      return;
    }
    try {
      calls.await(end.get(), left(deadline));
    } catch (DeadlineExceededException tooLate) {
      throw new DeadlineExceededException(
          "The turn did not come in time, and nothing was done. " + busy.getMessage(), tooLate);
    } finally {
      end.get().cancel(false);
    }
  }

  private static CallOptions left(Deadline deadline) {
    return deadline.isLimited()
        ? CallOptions.within(Duration.ofNanos(Math.max(0, deadline.remainingNanos())))
        : CallOptions.none();
  }
}
