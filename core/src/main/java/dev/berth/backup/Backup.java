package dev.berth.backup;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.image.ImageFormat;
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
   * @param file its image, absolute; it names the image that it stands on, if it does. Of one that
   *     was written to a given file, what that was called then
   * @param format of the image; one that stands on another is a qcow2
   * @param extent how much there is of it
   * @param since the backup that it stands on
   * @param reason why it is full although less was wanted; may be empty
   * @param content what is in its image
   * @param place where that is
   */
  public record BackedUpDisk(
      String disk,
      Path file,
      ImageFormat format,
      Extent extent,
      Optional<BackupName> since,
      String reason,
      Content content,
      Place place) {

    /** What a backup has in its folder. */
    public BackedUpDisk(
        String disk,
        Path file,
        ImageFormat format,
        Extent extent,
        Optional<BackupName> since,
        String reason,
        Content content) {
      this(disk, file, format, extent, since, reason, content, Place.FOLDER);
    }

    /** Whether it can be read, and others can stand on it. */
    public boolean isInFolder() {
      return place == Place.FOLDER;
    }
  }

  /** Where the image of a disk is. */
  public enum Place {
    /** In the folder of the backup. */
    FOLDER,
    /**
     * In a file that was given with the call, and is not known any more: it is not verified,
     * restored or removed with the backup, and nothing stands on it.
     */
    GIVEN
  }

  /**
   * What was written, to be compared with what is read later.
   *
   * @param size of the disk
   * @param fileBytes length of the image
   * @param sha256 of the image's bytes, in hexadecimal digits; empty when a given file was not read
   *     back, because the host's process had ended meanwhile, and then its length may be 0
   */
  public record Content(ByteSize size, long fileBytes, String sha256) {}

  /** What it has of that disk; empty when it has nothing. */
  public Optional<BackedUpDisk> disk(String disk) {
    return disks.stream().filter(each -> each.disk().equals(disk)).findFirst();
  }
}
