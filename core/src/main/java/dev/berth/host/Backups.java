package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.backup.Backup;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.util.List;

/**
 * The backups of a host's domains: what {@link VmHost#backups()} gives. Thread-safe; lives as long
 * as its host. Long work is a job: {@link VmHost#jobs()}, {@link VmHost#awaitJob}, {@link
 * VmHost#cancelJob}, {@link VmHost#pauseJob} and {@link VmHost#resumeJob} are about it like about
 * all others.
 *
 * <p>Berth implements this, not its users: newer versions have more methods.
 */
@Api(since = "0.1")
public interface Backups {

  /**
   * Backs up disks of a domain that has a machine, as they are at one moment, by a job: to images
   * of their own in a folder of the host, while the guest goes on. A qcow2 disk notes from then on
   * in its image what is written to it, so that a later backup needs to write only that.
   *
   * <p>The folder is there when the job has succeeded, and not before; a job that fails or is
   * cancelled leaves nothing, and what was noted stays noted.
   *
   * @throws dev.berth.error.AlreadyExistsException when there is something of that name
   * @throws dev.berth.error.InvalidRequestException when the machine has no such disk, or none that
   *     the guest can write to
   * @throws dev.berth.error.NotFoundException when there is no such domain, or no backup of it that
   *     is named there
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending; when
   *     the named backup cannot be built on; when a disk is encrypted
   * @throws dev.berth.error.HostFailureException when the host cannot write there
   * @throws dev.berth.error.BusyException when another backup is under way, or a disk is being
   *     detached
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job create(DomainRef domain, BackupRequest request, JobOptions job, CallOptions options);

  /**
   * The complete backups in a directory of the host, of all domains, the oldest first: what they
   * say of themselves. What is no backup there is passed over.
   *
   * @param directory absolute
   * @throws dev.berth.error.HostFailureException when there is no such directory, or it cannot be
   *     read
   */
  List<Backup> list(Path directory, CallOptions options);
}
