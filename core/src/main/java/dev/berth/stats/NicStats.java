package dev.berth.stats;

import dev.berth.api.Api;
import java.util.Optional;

/**
 * A network interface of a machine. Only a tap device of the host has counters: of a user-mode
 * network, and of a tap that was given as an open file, nobody tells.
 *
 * @param name its name in the definition
 * @param device the tap device, if it is known
 * @param counters as the guest sees them, if anybody counts
 */
@Api(since = "0.1")
public record NicStats(String name, Optional<String> device, Optional<LinkCounters> counters) {}
