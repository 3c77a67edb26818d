package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device of a domain that is no disk, no network interface and no share and can come and go: of
 * its machine, its definition, or both.
 *
 * @param name its name in the domain; what it is, for one that has no other
 * @param kind what it is: {@code rng}, {@code balloon}, {@code usb}, {@code tablet}, {@code
 *     keyboard}, {@code mouse}, {@code watchdog}, {@code vsock}, {@code channel} or {@code
 *     pci-serial}
 * @param scope who has it: the machine, the definition, or both
 * @param place where in the machine it is plugged in; empty when it is not
 * @param socket the host's end of a channel or serial port, a UNIX socket that takes one connection
 *     at a time; empty when there is none
 * @param leaving the job that takes it out of the machine
 */
@Api(since = "0.1")
public record DeviceSummary(
    String name,
    String kind,
    EditScope scope,
    Optional<String> place,
    Optional<Path> socket,
    Optional<JobId> leaving) {

  /** A device that has no name but what it is, and no socket. */
  public DeviceSummary(
      String name, EditScope scope, Optional<String> place, Optional<JobId> leaving) {
    this(name, name, scope, place, Optional.empty(), leaving);
  }
}
