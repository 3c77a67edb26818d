package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A share of a domain: of its machine, its definition, or both.
 *
 * @param name its name in the domain
 * @param tag by which the guest mounts it
 * @param source the directory of the host; empty when an older version has plugged it in and the
 *     definition has it no more
 * @param lost whether what serves it has ended, so that the guest does not reach it any more
 * @param scope who has it: the machine, the definition, or both
 * @param place where in the machine it is plugged in; empty when it is not
 * @param leaving the job that takes it out of the machine
 */
@Api(since = "0.1")
public record ShareSummary(
    String name,
    String tag,
    Optional<Path> source,
    boolean lost,
    EditScope scope,
    Optional<String> place,
    Optional<JobId> leaving) {}
