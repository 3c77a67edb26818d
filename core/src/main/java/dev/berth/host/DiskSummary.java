package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.util.Optional;

/**
 * A disk of a domain: of its machine, its definition, or both.
 *
 * @param name its name in the domain
 * @param device what the guest sees: {@code disk} or {@code cdrom}
 * @param source path of its image, {@code POOL/NAME} of one of a pool that no machine has, or
 *     {@code fd:NAME} of one that was given; empty for a drive without a medium
 * @param scope who has it: the machine, the definition, or both
 * @param place where in the machine it is plugged in; empty when it is not
 * @param leaving the job that takes it out of the machine
 */
@Api(since = "0.1")
public record DiskSummary(
    String name,
    String device,
    Optional<String> source,
    EditScope scope,
    Optional<String> place,
    Optional<JobId> leaving) {}
