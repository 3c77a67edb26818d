package dev.berth.engine.thread;

import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers that follow the monotonic clock. One thread, {@code berth-timer}. */
public final class TimerThread implements Timers {
  private final ScheduledThreadPoolExecutor executor;

  private TimerThread(ScheduledThreadPoolExecutor executor) {
    this.executor = executor;
  }

  public static TimerThread start() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, EngineThreads.named("berth-timer"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    return new TimerThread(executor);
  }

  @Override
  public Future<?> after(Duration delay, Runnable task) {
    try {
      long nanos = Deadline.of(delay).remainingNanos(); // also for delays beyond 292 years
      return executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return CompletableFuture.completedFuture(null); // forgotten, as what was pending at the close
    }
  }

  @Override
  public Future<?> every(Duration pause, Runnable task) {
    return executor.scheduleWithFixedDelay(
        task, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    EngineThreads.end(executor);
  }
}
