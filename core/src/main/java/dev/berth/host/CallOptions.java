package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a caller can say about any changing call.
 *
 * @param deadline how long the caller will wait; without one a call on a stalled machine fails at
 *     once, and on any other machine waits as long as QEMU takes. A passed deadline ends the wait,
 *     not the act.
 * @param turn what happens when a job is in the way
 */
@Api(since = "0.1")
public record CallOptions(Optional<Duration> deadline, Turn turn) {

  /** What happens when a job is in the way of a call. */
  public enum Turn {
    /** It fails, and names the job. */
    NOW,
    /**
     * It waits until the job has ended and tries again, as often as that takes. A deadline that
     * passes first, or an interruption, ends the call, and nothing has happened.
     */
    QUEUED
  }

  /**
   * Checked options.
   *
   * @throws InvalidRequestException when the deadline is negative
   */
  public CallOptions {
    if (deadline.isPresent() && deadline.get().isNegative()) {
      throw new InvalidRequestException(
          "deadline: must not be negative, is " + deadline.get() + ".");
    }
  }

  /** A call that fails when a job is in the way. */
  public CallOptions(Optional<Duration> deadline) {
    this(deadline, Turn.NOW);
  }

  /** No deadline. */
  public static CallOptions none() {
    return new CallOptions(Optional.empty());
  }

  /** That deadline. */
  public static CallOptions within(Duration deadline) {
    return new CallOptions(Optional.of(deadline));
  }

  /** The same, and the call waits its turn when a job is in the way. */
  public CallOptions queued() {
    return new CallOptions(deadline, Turn.QUEUED);
  }
}
