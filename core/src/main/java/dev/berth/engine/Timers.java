package dev.berth.engine;

import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * When things are due. One thread, {@code berth-timer}, whose tasks only post to mailboxes. Closing
 * forgets what is not due yet.
 */
final class Timers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  private Timers(ScheduledThreadPoolExecutor executor) {
    this.executor = executor;
  }

  static Timers start() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, EngineThreads.named("berth-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return new Timers(executor);
  }

  /** Runs the task once after the delay; cancel the result to forget it. */
  Future<?> after(Duration delay, Runnable task) {
    try {
      long nanos = Deadline.of(delay).remainingNanos(); // also for delays beyond 292 years
      return executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.completedFuture(null); // forgotten, as what was pending at the close
    }
  }

  /** Runs the task again and again, the next time so long after the last run has ended. */
  Future<?> every(Duration pause, Runnable task) {
    return executor.scheduleWithFixedDelay(
        task, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
