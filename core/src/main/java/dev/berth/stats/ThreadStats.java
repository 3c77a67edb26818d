package dev.berth.stats;

import dev.berth.api.Api;
import java.time.Duration;

/**
 * What one thread of a QEMU uses.
 *
 * @param name number of the virtual CPU, or id of the iothread
 * @param threadId the kernel's
 * @param cpuTime all its CPU time
 */
@Api(since = "0.1")
public record ThreadStats(String name, long threadId, Duration cpuTime) {}
