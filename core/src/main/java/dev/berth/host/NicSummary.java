package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.util.Optional;

/**
 * A network interface of a domain: of its machine, its definition, or both.
 *
 * @param name its name in the domain
 * @param network what it is connected to: {@code user}, {@code tap NAME}, {@code bridge NAME}, or
 *     {@code fd:NAME} for a tap device that was given
 * @param mac the MAC address that the guest sees; empty for one that is made when it is plugged in
 * @param servedBy what carries its packets: {@code vhost-net} for the kernel, {@code qemu}; empty
 *     when it is not plugged in
 * @param servedReason why that is QEMU though the kernel would be preferred, as a sentence without
 *     its full stop
 * @param scope who has it: the machine, the definition, or both
 * @param place where in the machine it is plugged in; empty when it is not
 * @param leaving the job that takes it out of the machine
 */
@Api(since = "0.1")
public record NicSummary(
    String name,
    String network,
    Optional<String> mac,
    Optional<String> servedBy,
    Optional<String> servedReason,
    EditScope scope,
    Optional<String> place,
    Optional<JobId> leaving) {}
