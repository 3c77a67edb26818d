package dev.berth.stats;

import dev.berth.api.Api;
import java.util.List;

/**
 * How many requests took how long (QAPI {@code BlockLatencyHistogramInfo}).
 *
 * @param boundariesNanos limits between the intervals, ascending
 * @param counts of each interval, one more than there are limits
 */
@Api(since = "0.1")
public record LatencyHistogram(List<Long> boundariesNanos, List<Long> counts) {

  /** Copies the lists. */
  public LatencyHistogram {
    boundariesNanos = List.copyOf(boundariesNanos);
    counts = List.copyOf(counts);
  }
}
