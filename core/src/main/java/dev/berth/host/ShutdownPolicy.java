package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;

/**
 * How long to wait for a guest that was asked to shut down, and what then.
 *
 * @param timeout how long the guest may take
 * @param afterwards what happens to a guest that is still running
 */
@Api(since = "0.1")
public record ShutdownPolicy(Duration timeout, Afterwards afterwards) {

  /**
   * A checked policy.
   *
   * @throws InvalidRequestException when the timeout is not positive
   */
  public ShutdownPolicy {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidRequestException("timeout: must be positive, is " + timeout + ".");
    }
  }

  /** Wait 60 seconds; then report that the guest is still running. */
  public static final ShutdownPolicy DEFAULT =
      new ShutdownPolicy(Duration.ofSeconds(60), Afterwards.KEEP_RUNNING);

  /** What happens when the timeout passes. */
  public enum Afterwards {
    /** The call fails; the guest stays as it is. */
    KEEP_RUNNING,
    /** The machine is destroyed. */
    DESTROY
  }
}
