package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.StateChannels;
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
 * @param limit how long it may take until the switch; empty for as long as it takes
 * @param channels over how many connections it is sent
 * @param storage whether the images go along; empty when both hosts reach them by the same paths
 */
@Api(since = "0.1")
public record MigrationRequest(
    URI target,
    Optional<Long> bytesPerSecond,
    Optional<Duration> downtime,
    Convergence convergence,
    Optional<MigrationLimit> limit,
    StateChannels channels,
    Optional<StorageCopy> storage) {

  /**
   * A checked request.
   *
   * @throws InvalidRequestException when a number is none that QEMU takes
   */
  public MigrationRequest {
    MigrationPace.check(bytesPerSecond, downtime);
  }

  /** One without a limit, over one connection, of a machine that finds its images there. */
  public MigrationRequest(
      URI target,
      Optional<Long> bytesPerSecond,
      Optional<Duration> downtime,
      Convergence convergence) {
    this(
        target,
        bytesPerSecond,
        downtime,
        convergence,
        Optional.empty(),
        StateChannels.ONE,
        Optional.empty());
  }

  /** As fast as it can, as QEMU does it by itself. */
  public static MigrationRequest to(URI target) {
    return new MigrationRequest(
        target, Optional.empty(), Optional.empty(), Convergence.LEFT_TO_GUEST);
  }

  /** The same, which is to be at the switch by then. */
  public MigrationRequest within(MigrationLimit bound) {
    return new MigrationRequest(
        target, bytesPerSecond, downtime, convergence, Optional.of(bound), channels, storage);
  }

  /** The same, over so many connections. */
  public MigrationRequest over(StateChannels connections) {
    return new MigrationRequest(
        target, bytesPerSecond, downtime, convergence, limit, connections, storage);
  }

  /** The same, of a machine that takes its images along. */
  public MigrationRequest with(StorageCopy copy) {
    return new MigrationRequest(
        target, bytesPerSecond, downtime, convergence, limit, channels, Optional.of(copy));
  }

  /** What becomes of a guest that writes faster than QEMU sends. */
  public enum Convergence {
    /** It is sent again and again what it has written, until that is little. */
    LEFT_TO_GUEST,
    /** Its virtual CPUs are slowed down more and more (QAPI {@code auto-converge}). */
    THROTTLE_GUEST
  }
}
