package dev.berth.stats;

import dev.berth.api.Api;

/**
 * What a guest did with a disk (QAPI {@code BlockDeviceStats}).
 *
 * @param name its name in the definition
 * @param reads reads
 * @param writes writes
 * @param flushes flushes; they move no bytes
 * @param discards discards
 * @param highestWriteBytes end of the highest write; how much of a growing image is in use
 */
@Api(since = "0.1")
public record DiskStats(
    String name,
    IoCounters reads,
    IoCounters writes,
    IoCounters flushes,
    IoCounters discards,
    long highestWriteBytes) {}
