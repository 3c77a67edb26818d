package dev.berth.stats;

import dev.berth.api.Api;
import java.time.Duration;
import java.util.Optional;

/**
 * Requests of one sort to one disk.
 *
 * @param bytes moved
 * @param operations done
 * @param time that they took, added up
 * @param failed operations that failed, those that were invalid included
 * @param latencies how many took how long, where QEMU was told to count that
 */
@Api(since = "0.1")
public record IoCounters(
    long bytes,
    long operations,
    Duration time,
    long failed,
    Optional<LatencyHistogram> latencies) {}
