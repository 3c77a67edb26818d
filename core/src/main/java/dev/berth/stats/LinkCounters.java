package dev.berth.stats;

import dev.berth.api.Api;

/**
 * What went over a network interface, as its guest sees it: what the host's tap device has sent,
 * the guest has received.
 *
 * @param receivedBytes by the guest
 * @param receivedPackets by the guest
 * @param receivedErrors on the way to the guest
 * @param receivedDropped on the way to the guest
 * @param sentBytes by the guest
 * @param sentPackets by the guest
 * @param sentErrors on the way from the guest
 * @param sentDropped on the way from the guest
 */
@Api(since = "0.1")
public record LinkCounters(
    long receivedBytes,
    long receivedPackets,
    long receivedErrors,
    long receivedDropped,
    long sentBytes,
    long sentPackets,
    long sentErrors,
    long sentDropped) {}
