package dev.berth.engine.step;

import dev.berth.job.Job.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How fast a job goes, from how far it was at several moments: over the last ten seconds, so that
 * what it was like in the beginning is forgotten, and one slow second does not count for all. Not
 * thread-safe.
 */
public final class Pace {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private record Mark(Instant at, long done) {}

  private final Deque<Mark> marks = new ArrayDeque<>();

  /** How far the job is at that moment, which is none before the last. */
  public Progress at(Instant now, long done, long total) {
    marks.removeIf(mark -> mark.done() > done); // it has begun anew
    marks.addLast(new Mark(now, done));
    while (marks.size() > 2 && marks.peekFirst().at().isBefore(now.minus(WINDOW))) {
      marks.removeFirst();
    }
    Optional<Long> rate = rate();
    return new Progress(
        done,
        total,
        rate,
        rate.filter(it -> it > 0).map(it -> remaining(Math.max(0, total - done), it)));
  }

  private Optional<Long> rate() {
    Mark first = marks.getFirst();
    Mark last = marks.getLast();
    double seconds = Duration.between(first.at(), last.at()).toNanos() / 1e9;
    return seconds > 0
        ? Optional.of(Math.round((last.done() - first.done()) / seconds))
        : Optional.empty();
  }

  private static Duration remaining(long left, long ratePerSecond) {
    return Duration.ofMillis(Math.round(1000.0 * left / ratePerSecond));
  }
}
