package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a machine is to go, and how QEMU is to go about it.
 *
 * @param target where the other host answers, such as {@code unix:/run/berth/control.sock}
 * @param bytesPerSecond how fast it may send; empty for as fast as it can
 * @param downtime how long the guest may stand, by QEMU's own estimate; empty for QEMU's own
 * @param convergence what becomes of a guest that writes faster than QEMU sends
 */
@Api(since = "0.1")
public record MigrationRequest(
    URI target,
    Optional<Long> bytesPerSecond,
    Optional<Duration> downtime,
    Convergence convergence) {
  private static final Duration LONGEST = Duration.ofSeconds(2000); // QAPI downtime-limit

  /**
   * A checked request.
   *
   * @throws InvalidRequestException when a number is none that QEMU takes
   */
  public MigrationRequest {
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

  /** As fast as it can, as QEMU does it by itself. */
  public static MigrationRequest to(URI target) {
    return new MigrationRequest(
        target, Optional.empty(), Optional.empty(), Convergence.LEFT_TO_GUEST);
  }

  /** What becomes of a guest that writes faster than QEMU sends. */
  public enum Convergence {
    /** It is sent again and again what it has written, until that is little. */
    LEFT_TO_GUEST,
    /** Its virtual CPUs are slowed down more and more (QAPI {@code auto-converge}). */
    THROTTLE_GUEST
  }
}
