package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.time.Duration;
import java.util.Optional;

/**
 * What of a migration can be set anew while QEMU sends, or copies images.
 *
 * @param bytesPerSecond how fast it may send, images and memory each; empty for as it is
 * @param downtime how long the guest may stand, by QEMU's own estimate; empty for as it is
 */
@Api(since = "0.1")
public record MigrationPace(Optional<Long> bytesPerSecond, Optional<Duration> downtime) {
  private static final Duration LONGEST = Duration.ofSeconds(2000); // QAPI downtime-limit

  /**
   * A checked pace.
   *
   * @throws InvalidRequestException when a number is none that QEMU takes, or nothing is to be set
   */
  public MigrationPace {
    check(bytesPerSecond, downtime);
    if (bytesPerSecond.isEmpty() && downtime.isEmpty()) {
      throw new InvalidRequestException("There is nothing to set: name a speed or a downtime.");
    }
  }

  static void check(Optional<Long> bytesPerSecond, Optional<Duration> downtime) {
    bytesPerSecond
        .filter(it -> it <= 0)
        .ifPresent(
            it -> {
              throw new InvalidRequestException(
                  "bytesPerSecond: should be positive, but it is " + it + ".");
            });
    downtime
        .filter(it -> it.toMillis() <= 0 || it.compareTo(LONGEST) > 0)
        .ifPresent(
            it -> {
              throw new InvalidRequestException(
                  "downtime: should be 1 ms to 2000 s, but it is " + it.toMillis() + " ms.");
            });
  }
}
