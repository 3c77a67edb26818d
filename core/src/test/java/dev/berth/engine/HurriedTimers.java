package dev.berth.engine;

import dev.berth.engine.thread.TimerThread;
import dev.berth.engine.thread.Timers;
import java.time.Duration;
import java.util.concurrent.Future;

/** Timers that are a hundred times too fast. */
record HurriedTimers(TimerThread timers) implements Timers {
  @Override
  public Future<?> after(Duration delay, Runnable task) {
    return timers.after(delay.dividedBy(100), task);
  }

  @Override
  public Future<?> every(Duration pause, Runnable task) {
    return timers.every(pause, task);
  }

  @Override
  public void close() {
    timers.close();
  }
}
