package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.Job;
import java.nio.file.Path;

/**
 * Machines whose state is in a file: what {@link VmHost#saves()} gives. Thread-safe; lives as long
 * as its host.
 *
 * <p>Either the file has the guest or the machine has: never both, and nobody but Berth decides
 * which, whenever its process ends. Until the file is complete the machine has it.
 *
 * <p>Berth implements this, not its users: newer versions have more methods.
 */
@Api(since = "0.1")
public interface Saves {

  /**
   * Writes the state of a domain's machine to a file, by a job, and ends the machine. The guest
   * stands meanwhile. A job that fails or is cancelled before all is written leaves no file, and
   * lets the guest go on that ran before.
   *
   * @param file absolute; not there yet
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException unless it runs or is paused
   * @throws dev.berth.error.UnsupportedException naming all that cannot be saved: shares, for
   *     example
   * @throws dev.berth.error.AlreadyExistsException when there is such a file
   * @throws dev.berth.error.HostFailureException when it cannot be written
   * @throws dev.berth.error.BusyException when a job or an operation is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job save(DomainRef domain, Path file, JobOptions job, CallOptions options);

  /**
   * The same into a file that the host keeps, in its state directory: a managed save. The next
   * start of the domain, also one by its {@code autostart}, goes on from it instead of booting, and
   * the file is gone when the guest has. A start that fails keeps it.
   *
   * @throws dev.berth.error.HostFailureException when there is not as much space as the guest has
   *     memory
   */
  Job save(DomainRef domain, JobOptions job, CallOptions options);

  /**
   * Drops the managed save of a domain, and with it what its guest had not written to its disks:
   * the next start boots the domain. Does nothing when there is none.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.BusyException when a job or an operation is in the way
   */
  VerbResult discard(DomainRef domain, CallOptions options);

  /**
   * Starts a machine that is what a saved one was, with the devices that had come to it, and has
   * its guest go on. The file stays. A failure leaves the domain without a machine.
   *
   * @param restore which file, and how
   * @param resources what the machine had that no path leads to; asked of the host's resolver else
   * @throws dev.berth.error.NotFoundException when there is no such domain any more
   * @throws dev.berth.error.InvalidStateException unless the domain is shut off; when an image was
   *     written to since, after which its guest must not go on from there; or when the domain has a
   *     managed save and this is another file
   * @throws dev.berth.error.HostFailureException when the file cannot be used, or QEMU cannot load
   *     it, with QEMU's own words
   * @throws dev.berth.error.ResourcesMissingException naming all that nobody gives
   * @throws dev.berth.error.BusyException when a job or an operation is in the way
   */
  VerbResult restore(RestoreRequest restore, Resources resources, CallOptions options);
}
