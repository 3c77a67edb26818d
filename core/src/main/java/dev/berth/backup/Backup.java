package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A complete backup, as it describes itself beside its images. All its disks are as they were at
 * one moment.
 *
 * @param name what it is called by
 * @param origin of what it is, and who wanted it
 * @param at the moment
 * @param folder where it is on the host; absolute
 * @param disks what it has of each disk
 * @param consistency in which state they are
 */
@Api(since = "0.1")
public record Backup(
    BackupName name,
    Origin origin,
    Instant at,
    Path folder,
    List<BackedUpDisk> disks,
    Consistency consistency) {

  /** Copies the list. */
  public Backup {
    disks = List.copyOf(disks);
  }

  /** One for which nobody wanted its guest to be brought to rest. */
  public Backup(BackupName name, Origin origin, Instant at, Path folder, List<BackedUpDisk> disks) {
    this(name, origin, at, folder, disks, Consistency.crash());
  }

  /**
   * Where a backup comes from.
   *
   * @param domain UUID of the domain
   * @param domainName its name at that time
   * @param actor who asked for it
   * @param sequence numbers the domain's backups in their order
   * @param job that has made it
   */
  public record Origin(
      UUID domain, DomainName domainName, String actor, long sequence, JobId job) {}

  /**
   * What a backup has of one disk.
   *
   * @param disk its name in the definition
   * @param file its image, a qcow2, absolute; it names the image that it stands on, if it does
   * @param extent how much there is of it
   * @param since the backup that it stands on
   * @param reason why it is full although less was wanted; may be empty
   * @param content what is in its image
   */
  public record BackedUpDisk(
      String disk,
      Path file,
      Extent extent,
      Optional<BackupName> since,
      String reason,
      Content content) {}

  /**
   * What was written, to be compared with what is read later.
   *
   * @param size of the disk
   * @param fileBytes length of the image
   * @param sha256 of the image's bytes, in hexadecimal digits
   */
  public record Content(ByteSize size, long fileBytes, String sha256) {}

  /** What it has of that disk; empty when it has nothing. */
  public Optional<BackedUpDisk> disk(String disk) {
    return disks.stream().filter(each -> each.disk().equals(disk)).findFirst();
  }
}
