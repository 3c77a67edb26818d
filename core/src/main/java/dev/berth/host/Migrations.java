package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.job.Job;
import java.util.List;

/**
 * Machines that change hosts while their guests go on: what {@link VmHost#migrations()} gives.
 * Thread-safe; lives as long as its host.
 *
 * <p>A guest has one owner at every moment, and only that one lets it go on: this host until all
 * was received by the other, and the other from then on. Both have that on record before they act.
 * When a host cannot be reached at the moment of the switch, nothing runs twice: what is not known
 * is waited for, and the domain's state says so.
 *
 * <p>Berth implements this, not its users: newer versions have more methods.
 */
@Api(since = "0.1")
public interface Migrations {

  /**
   * Moves the machine of a domain to another host, by a job, while its guest goes on; then the
   * domain is defined there and not here any more. Both hosts reach the images by the same paths,
   * or the machine takes along those that its guest writes to. A job that fails or is cancelled
   * leaves the guest here, where it goes on, and nothing of the images there. A guest that somebody
   * has paused is paused wherever it is, and does not run meanwhile; that takes QEMU 10.0 or newer
   * at both hosts, and images that both reach.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException when it has no machine with a guest, or one that
   *     is paused and was sent or saved before
   * @throws dev.berth.error.UnsupportedException naming all that speaks against it, here and there;
   *     also that its guest neither runs nor was paused by somebody
   * @throws dev.berth.error.HostUnreachableException when the other host does not answer
   * @throws dev.berth.error.BusyException when a job or an operation is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job migrate(DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options);

  /**
   * Moves a domain without a machine to another host, by a job: its definition, by its UUID, is
   * there then and not here any more. Both hosts reach its images by the same paths, or it takes
   * along those that its guest writes to. At every moment one of the two can start it at most; a
   * job that fails or is cancelled leaves it here, and nothing of the images there.
   *
   * @param migration where it goes, whether its images go along, and how fast; what it says of a
   *     machine is of no account
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException unless it is shut off; or when it has a managed
   *     save
   * @throws dev.berth.error.UnsupportedException naming all that speaks against it, here and there
   * @throws dev.berth.error.HostUnreachableException when the other host does not answer
   * @throws dev.berth.error.BusyException when a job or an operation is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job migrateOffline(
      DomainRef domain, MigrationRequest migration, JobOptions job, CallOptions options);

  /**
   * What speaks against such a migration, each that does, here and there; or against moving a
   * domain, if it has no machine. Changes nothing.
   *
   * @return empty when nothing does
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.HostUnreachableException when the other host does not answer
   */
  List<String> obstacles(DomainRef domain, MigrationRequest migration, CallOptions options);

  /**
   * Sets anew how fast the migration of a domain is sent, or for how long its guest may stand,
   * while it goes on: for one that does not come to an end as it was asked for. One of a domain
   * without a machine has a speed only, by which its images are copied.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException when QEMU neither sends it nor copies its images,
   *     or its guest stands for the switch already; or when a downtime is given for a domain
   *     without a machine
   */
  VerbResult setPace(DomainRef domain, MigrationPace pace, CallOptions options);

  /**
   * Decides by hand who has the guest, or the domain without one, of a migration whose other host
   * cannot be reached and never will be. Whoever says that this host has it has seen to it that the
   * other one's QEMU has ended: nothing else keeps the guest from running twice.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException when there is no migration that waits for the
   *     other host
   */
  VerbResult resolve(DomainRef domain, GuestOwner owner, CallOptions options);
}
