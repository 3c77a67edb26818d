package dev.berth.stats;

import dev.berth.api.Api;
import dev.berth.domain.Liveness;
import dev.berth.domain.MachineSummary;
import java.time.Instant;
import java.util.Optional;

/**
 * What a machine uses. Its two samples have their own times: the kernel tells of a process also
 * while its QEMU does not answer, and then the figures that QEMU tells grow old.
 *
 * @param liveness whether QEMU answers
 * @param livenessSince since when
 * @param process what the kernel tells; empty before the first sample, and when there are none
 * @param qemu what QEMU tells; empty before the first sample, and when there are none
 * @param rates from the last two samples of each; zero until there are two
 */
@Api(since = "0.1")
public record MachineStats(
    Liveness liveness,
    Instant livenessSince,
    Optional<ProcessStats> process,
    Optional<QemuStats> qemu,
    StatsRates rates) {

  /** A machine of which nothing was sampled. */
  public static MachineStats none(MachineSummary machine) {
    return new MachineStats(
        machine.liveness(),
        machine.livenessSince(),
        Optional.empty(),
        Optional.empty(),
        StatsRates.NONE);
  }
}
