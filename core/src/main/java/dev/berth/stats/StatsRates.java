package dev.berth.stats;

import dev.berth.api.Api;

/**
 * What a machine used in a second, from its last two samples. Zero where there are none.
 *
 * @param cpuMillis milliseconds of CPU time: 1000 is one CPU of the host
 * @param readBytes from all disks
 * @param reads from all disks
 * @param writtenBytes to all disks
 * @param writes to all disks
 * @param receivedBytes by the guest over all networks that are counted
 * @param sentBytes by the guest over all networks that are counted
 */
@Api(since = "0.1")
public record StatsRates(
    long cpuMillis,
    long readBytes,
    long reads,
    long writtenBytes,
    long writes,
    long receivedBytes,
    long sentBytes) {
  /** Those of a machine that was not sampled twice. */
  public static final StatsRates NONE = new StatsRates(0, 0, 0, 0, 0, 0, 0);
}
