package dev.berth.stats;

import dev.berth.api.Api;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainState;
import java.util.Optional;
import java.util.UUID;

/**
 * What a domain uses, as it was last sampled. Reading it never waits for a machine.
 *
 * @param name the domain's name
 * @param uuid the domain's UUID
 * @param state what the domain is doing
 * @param machine the live machine's figures, if there is one
 */
@Api(since = "0.1")
public record DomainStats(
    DomainName name, UUID uuid, DomainState state, Optional<MachineStats> machine) {}
