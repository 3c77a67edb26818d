package dev.berth.engine.thread;

import java.time.Duration;
import java.util.concurrent.Future;

/** When things are due. What is due only posts to mailboxes. Thread-safe. */
public interface Timers extends AutoCloseable {

  /** Runs the task once after the delay; cancel the result to forget it. */
  Future<?> after(Duration delay, Runnable task);

  /** Runs the task again and again, the next time so long after the last run has ended. */
  Future<?> every(Duration pause, Runnable task);

  /** Forgets what is not due yet. */
  @Override
  void close();
}
