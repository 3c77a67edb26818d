package dev.berth.host;

import java.time.Duration;
import java.util.Optional;

/**
 * What a caller can say about any changing call.
 *
 * @param deadline how long the caller will wait; without one a call on a stalled machine fails at
 *     once, and on any other machine waits as long as QEMU takes. A passed deadline ends the wait,
 *     not the act.
 */
public record CallOptions(Optional<Duration> deadline) {

  /** No deadline. */
  public static CallOptions none() {
    return new CallOptions(Optional.empty());
  }

  /** That deadline. */
  public static CallOptions within(Duration deadline) {
    return new CallOptions(Optional.of(deadline));
  }
}
