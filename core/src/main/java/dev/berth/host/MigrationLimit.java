package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;

/**
 * How long a migration may take until the switch, and what becomes of it then.
 *
 * @param within from its beginning on
 * @param then what is done when it is not at the switch by then
 */
@Api(since = "0.1")
public record MigrationLimit(Duration within, AtLimit then) {
  private static final Duration LONGEST = Duration.ofDays(365);

  /**
   * A checked limit.
   *
   * @throws InvalidRequestException when it is no time that could be waited for
   */
  public MigrationLimit {
    if (within.toMillis() <= 0 || within.compareTo(LONGEST) > 0) {
      throw new InvalidRequestException(
          "limit: should be more than nothing, and a year at most, but it is " + within + ".");
    }
  }

  /** What is done with a guest that writes faster than QEMU sends. */
  public enum AtLimit {
    /** The migration fails, and the guest goes on where it is. */
    CANCEL,
    /** The guest stands for what is left to be sent, for 2000 s at most. */
    PAUSE_GUEST
  }
}
