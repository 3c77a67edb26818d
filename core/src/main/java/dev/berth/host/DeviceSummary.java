package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.util.Optional;

/**
 * A device of a domain that is no disk, no network interface and no share and can come and go: of
 * its machine, its definition, or both.
 *
 * @param name what it is: {@code rng}, {@code balloon}, {@code usb}, {@code tablet}, {@code
 *     keyboard}, {@code mouse}, {@code watchdog} or {@code vsock}
 * @param scope who has it: the machine, the definition, or both
 * @param place where in the machine it is plugged in; empty when it is not
 * @param leaving the job that takes it out of the machine
 */
@Api(since = "0.1")
public record DeviceSummary(
    String name, EditScope scope, Optional<String> place, Optional<JobId> leaving) {}
