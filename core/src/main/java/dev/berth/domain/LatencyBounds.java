package dev.berth.domain;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Between which bounds QEMU counts how long the requests of a disk take: reads, writes and flushes,
 * each in a histogram of its own.
 *
 * @param bounds ascending; none when nothing is counted
 */
@Api(since = "0.1")
public record LatencyBounds(List<Duration> bounds) {
  /** The most bounds that there can be. */
  public static final int MOST = 64;

  /** The longest bound that there can be. */
  public static final Duration LONGEST = Duration.ofHours(1);

  /** Nothing is counted. */
  public static final LatencyBounds NONE = new LatencyBounds(List.of());

  /** Bounds for most disks: three in each power of ten, from 50 µs to 1 s. */
  public static final LatencyBounds USUAL = usual();

  /**
   * Checked bounds.
   *
   * @throws InvalidRequestException when there are too many, they do not ascend, or one is too long
   */
  public LatencyBounds {
    bounds = List.copyOf(bounds);
    if (bounds.size() > MOST) {
      throw new InvalidRequestException(
          "latency-histogram: at most " + MOST + " bounds are possible.");
    }
    Duration before = Duration.ZERO;
    for (Duration bound : bounds) {
      if (bound.compareTo(before) <= 0 || bound.compareTo(LONGEST) > 0) {
        throw new InvalidRequestException(
            "latency-histogram: bounds ascend, from 1ns to " + LONGEST.toSeconds() + "s.");
      }
      before = bound;
    }
  }

  private static LatencyBounds usual() {
    List<Duration> bounds = new ArrayList<>();
    bounds.add(Duration.ofNanos(50_000));
    for (long micros = 100; micros < 1_000_000; micros *= 10) {
      for (int times : new int[] {1, 2, 5}) {
        bounds.add(Duration.ofNanos(micros * times * 1000));
      }
    }
    bounds.add(Duration.ofSeconds(1));
    return new LatencyBounds(bounds);
  }

  /** Whether anything is counted. */
  public boolean isOn() {
    return !bounds.isEmpty();
  }
}
