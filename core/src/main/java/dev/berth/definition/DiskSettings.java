package dev.berth.definition;

import dev.berth.domain.LatencyBounds;
import dev.berth.domain.Throttle;

/**
 * What of a disk can be set another way while a machine has it.
 *
 * @param throttle how fast it may be
 * @param latencies how it is counted how long its requests take
 */
public record DiskSettings(Throttle throttle, LatencyBounds latencies) {
  /** No limits, and nothing counted. */
  public static final DiskSettings NONE = new DiskSettings(Throttle.NONE, LatencyBounds.NONE);
}
