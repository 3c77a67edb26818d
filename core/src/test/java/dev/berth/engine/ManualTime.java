package dev.berth.engine;

import dev.berth.engine.thread.Timers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A clock and timers that stand still until a test lets time pass. Thread-safe. */
final class ManualTime extends Clock implements Timers {
  private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

  /** A task in waiting; cancelling its future forgets it. */
  private record Due(Duration at, Runnable task, CompletableFuture<Void> future) {}

  private final List<Due> waiting = new ArrayList<>();
  private Duration passed = Duration.ZERO;
  private Instant now = START;

  /** Lets so much time pass; what becomes due meanwhile runs when it is due. */
  void pass(Duration time) {
    Duration end = passed().plus(time);
    for (Optional<Due> next = next(end); next.isPresent(); next = next(end)) {
      next.get().task().run();
    }
    passTo(end);
  }

  private synchronized Duration passed() {
    return passed;
  }

  private synchronized void passTo(Duration moment) {
    if (moment.compareTo(passed) > 0) {
      now = now.plus(moment.minus(passed));
      passed = moment;
    }
  }

  /** Sets the clock, as an operator does; timers do not notice. */
  synchronized void set(Instant moment) {
    now = moment;
  }

  /** How many tasks wait for their time. */
  synchronized long waiting() {
    return waiting.stream().filter(due -> !due.future().isCancelled()).count();
  }

  private synchronized Optional<Due> next(Duration end) {
    waiting.removeIf(due -> due.future().isCancelled());
    Optional<Due> next =
        waiting.stream()
            .filter(due -> due.at().compareTo(end) <= 0)
            .min(Comparator.comparing(Due::at));
    next.ifPresent(
        due -> {
          waiting.remove(due);
          passTo(due.at());
        });
    return next;
  }

  @Override
  public Future<?> after(Duration delay, Runnable task) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    if (delay.isZero() || delay.isNegative()) {
      task.run();
      return future;
    }
    synchronized (this) {
      waiting.add(new Due(passed.plus(delay), task, future));
    }
    return future;
  }

  @Override
  public Future<?> every(Duration pause, Runnable task) {
    return after(
        pause,
        () -> {
          task.run();
          every(pause, task);
        });
  }

  @Override
  public synchronized void close() {
    waiting.clear();
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("nobody asks for a zone");
  }
}
