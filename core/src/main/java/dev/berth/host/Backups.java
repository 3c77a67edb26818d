package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.backup.Backup;
import dev.berth.backup.BackupName;
import dev.berth.backup.Checkpoint;
import dev.berth.backup.CheckpointName;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.KnownBackup;
import dev.berth.backup.PullBackup;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

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
   * Backs up disks of a domain, as they are at one moment, by a job: to images of their own in a
   * folder of the host, while the guest goes on if there is one. A qcow2 disk notes from then on in
   * its image what is written to it, so that a later backup needs to write only that. A domain
   * without a machine cannot be started until the job has ended; whether it has one makes no other
   * difference, and a backup can stand on one of the other kind.
   *
   * <p>The folder is there when the job has succeeded, and not before; a job that fails or is
   * cancelled leaves nothing, and what was noted stays noted.
   *
   * @throws dev.berth.error.AlreadyExistsException when there is something of that name
   * @throws dev.berth.error.InvalidRequestException when the domain has no such disk, or none that
   *     the guest can write to
   * @throws dev.berth.error.NotFoundException when there is no such domain, or no backup of it that
   *     is named there
   * @throws dev.berth.error.InvalidDefinitionException when the domain has no machine, and the
   *     image of a disk cannot be read
   * @throws dev.berth.error.InvalidStateException when the machine is being adopted or is ending;
   *     when the named backup cannot be built on; when a disk is encrypted, or its image is given
   *     with each start and there is no machine
   * @throws dev.berth.error.HostFailureException when the host cannot write there
   * @throws dev.berth.error.BusyException when another backup is under way, or a disk is being
   *     detached
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  default Job create(DomainRef domain, BackupRequest request, JobOptions job, CallOptions options) {
    return create(domain, request, Resources.none(), job, options);
  }

  /**
   * The same, with disks written to open files. A full backup only: the backup says what it has
   * written there and with which checksum, but nothing stands on it, and it is restored and
   * verified by whoever has the files. All that was in a file is lost; when the job fails, what is
   * in it is no backup. When the host process ends meanwhile the job goes on, and QEMU brings all
   * of it to the disk, but it is not read back and has no checksum.
   *
   * @param targets the descriptors by the names of the disks: files or block devices that nobody
   *     uses, open for reading and writing. A file gets the length that it needs; a device has that
   *     of the disk at least, and takes a raw image
   * @throws dev.berth.error.InvalidRequestException as above, and when no backup can be written to
   *     such a file, or it is for no disk that is backed up
   * @throws dev.berth.error.InvalidStateException as above, and when somebody uses the file
   */
  Job create(
      DomainRef domain,
      BackupRequest request,
      Resources targets,
      JobOptions job,
      CallOptions options);

  /**
   * The complete backups in a directory of the host, of all domains, the oldest first: what they
   * say of themselves. What is no backup there is passed over; {@link #known(Path, CallOptions)}
   * tells of it, and whether the others can be used.
   *
   * @param directory absolute
   * @throws dev.berth.error.HostFailureException when there is no such directory, or it cannot be
   *     read
   */
  List<Backup> list(Path directory, CallOptions options);

  /**
   * The backups in a directory of the host, the oldest first, each compared with what is on record
   * of it and with what its domain notes now: whether it can be restored, and whether the next
   * backup can stand on it. No image is read for that but its header; {@link #verify} does that.
   * What looks like a backup and is none is told too.
   *
   * @param directory absolute
   * @throws dev.berth.error.HostFailureException when there is no such directory, or it cannot be
   *     read, and there is nothing on record of it
   */
  List<KnownBackup> known(Path directory, CallOptions options);

  /**
   * The same of one domain, in all directories in which it has any on record, also those that are
   * not there now.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  List<KnownBackup> known(DomainRef domain, CallOptions options);

  /**
   * Takes on record what backups there are in a directory, as their images and descriptions have
   * it, and off the record those that are not there any more, and those that are here now and were
   * elsewhere: for a directory that was moved or comes from another host, or when the store had to
   * be rebuilt. Nothing in the directory is changed.
   *
   * @param directory absolute
   * @return what is {@linkplain #known(Path, CallOptions) known} then
   * @throws dev.berth.error.HostFailureException when there is no such directory, or it cannot be
   *     read
   * @throws dev.berth.error.InvalidStateException when there are more than are kept on record
   */
  List<KnownBackup> scan(Path directory, CallOptions options);

  /**
   * Serves disks of a domain that has a machine, as they are at one moment, by a job: over NBD, for
   * somebody else to copy as long as it takes, while the guest goes on. A qcow2 disk notes from
   * then on in its image what is written to it, so that a later export, or backup, needs to tell
   * only that.
   *
   * <p>The job has begun to serve when its phase is {@code serving}; {@link #exported} tells where.
   * It goes on, whatever becomes of the host process, until somebody ends it: {@link #finishExport}
   * when all was copied, {@link VmHost#cancelJob} when it was not. Then it is as if it had never
   * been, and what was noted stays noted.
   *
   * @throws dev.berth.error.InvalidRequestException when the machine has no such disk, or none that
   *     the guest can write to
   * @throws dev.berth.error.NotFoundException when there is no such domain, or no disk of it has a
   *     note of what was written since the given job
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending; when a
   *     disk is encrypted
   * @throws dev.berth.error.HostFailureException when the host cannot write to the scratch
   *     directory
   * @throws dev.berth.error.BusyException when another backup is under way, or a disk is being
   *     detached
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job export(DomainRef domain, ExportRequest request, JobOptions job, CallOptions options);

  /**
   * Where and how the disks of an export are served.
   *
   * @throws dev.berth.error.NotFoundException when there is no such job
   * @throws dev.berth.error.InvalidStateException when it serves none now
   */
  PullBackup exported(JobId job, CallOptions options);

  /**
   * What there is of a disk that is served: where something may have been written since the earlier
   * export, and where it reads as zeroes. A part of it at a time.
   *
   * @param from where the part begins, in bytes: 0, or what the part before says
   * @throws dev.berth.error.NotFoundException when there is no such job, or it has no such disk
   * @throws dev.berth.error.InvalidStateException when it serves none now
   * @throws dev.berth.error.InvalidRequestException when that is not in the disk
   * @throws dev.berth.error.BusyException when two others ask that of the domain's disks now
   * @throws dev.berth.error.HostFailureException when it cannot be read any more
   */
  DiskExtents extents(JobId job, String disk, long from, CallOptions options);

  /**
   * Ends an export whose disks were copied: later ones can be since this one. Clients that are
   * connected are cut off. Does nothing to one that has ended or is ending.
   *
   * @return the job; it has succeeded once all is freed, and fails when what was read was not right
   * @throws dev.berth.error.NotFoundException when there is no such job
   * @throws dev.berth.error.InvalidStateException when it serves no disks yet, or is no export
   * @throws dev.berth.error.HostFailureException when it is not known whether what was read was
   *     right, because QEMU's server is not reached or does not answer; it is served on
   */
  Job finishExport(JobId job, CallOptions options);

  /**
   * Writes what a backup has, together with what it stands on, to images, by a job: a job of the
   * domain whose images take it, or one of the host when they are new. While the images are read,
   * all that is read is compared with what was written once: the job succeeds only when every byte
   * is the same.
   *
   * <p>What is made grows beside its place. New images get their names, and those that are there
   * are replaced, when all of them are complete and on the disk, and not before; a job that fails
   * or is cancelled leaves everything as it was. Until it has ended the domain cannot be started.
   *
   * @throws dev.berth.error.NotFoundException when there is no such backup, or no such domain
   * @throws dev.berth.error.InvalidRequestException when the backup has nothing of a disk, or the
   *     domain has no such disk, or the backup is of another domain
   * @throws dev.berth.error.AlreadyExistsException when a file is there that is to be new
   * @throws dev.berth.error.InvalidStateException when the domain has a machine, a machine or an
   *     image uses the image of a disk, or that is none that can be replaced
   * @throws dev.berth.error.HostFailureException when the backup is damaged, or the host cannot
   *     write there
   * @throws dev.berth.error.BusyException when another job about the domain or the backup is in the
   *     way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job restore(BackupRestoreRequest request, JobOptions job, CallOptions options);

  /**
   * Reads back all that a backup has, and all that it stands on, by a job of the host that fails
   * with the phase {@code backup-damaged} when any of it is not as it was written.
   *
   * @param directory of backups on the host; absolute
   * @throws dev.berth.error.NotFoundException when there is no such backup
   * @throws dev.berth.error.HostFailureException when there is no such directory
   * @throws dev.berth.error.BusyException when it is being deleted
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job verify(Path directory, BackupName name, JobOptions job, CallOptions options);

  /**
   * Deletes a backup, or what an earlier deletion that failed has left of it, or what is on record
   * of one that is not there any more. A deletion that was begun is finished by the next host, if
   * this one ends.
   *
   * @param directory of backups on the host; absolute
   * @throws dev.berth.error.NotFoundException when there is no such backup
   * @throws dev.berth.error.InvalidStateException while others stand on it, or something in the
   *     directory that may be a backup cannot be read and might; they are named
   * @throws dev.berth.error.BusyException while a job reads it, or is about to stand on it
   * @throws dev.berth.error.HostFailureException when the file system refuses
   */
  void delete(Path directory, BackupName name, CallOptions options);

  /**
   * Begins a checkpoint: from this moment on it is noted in the images of a domain that has a
   * machine what its guest writes to them, on all disks at once. What was noted before stays as it
   * is. It is in the images alone, and goes where they go; it survives a clean end of QEMU, and
   * none by a kill or a crash.
   *
   * @param disks names of those that belong to it; empty for all that can have one
   * @throws dev.berth.error.AlreadyExistsException when the domain has one of that name
   * @throws dev.berth.error.InvalidRequestException when the machine has no such disk
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending; when a
   *     disk cannot have checkpoints: its image is no qcow2, or an iothread serves it
   * @throws dev.berth.error.BusyException when a backup is under way, or a disk is being detached
   */
  VerbResult createCheckpoint(
      DomainRef domain, CheckpointName name, Set<String> disks, CallOptions options);

  /**
   * The checkpoints of a domain that has a machine, the oldest first, as its images have them. Each
   * backup has begun one too.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending
   */
  List<Checkpoint> checkpoints(DomainRef domain, CallOptions options);

  /**
   * Forgets a checkpoint that has a name. What was noted since then goes to the one before it, on
   * all disks at once, so that nothing is missing from what others stand on.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain, or no such checkpoint
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending; when
   *     the checkpoint is of no use any more, which the next backup removes
   * @throws dev.berth.error.BusyException when a backup is under way, or a disk is being detached
   */
  VerbResult deleteCheckpoint(DomainRef domain, CheckpointName name, CallOptions options);
}
