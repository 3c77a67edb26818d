package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.ImageFormat;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be backed up, and where to.
 *
 * @param name of the backup, not yet used in its directory
 * @param directory of backups on the host, which is there; absolute. Each gets a folder of its name
 * @param disks names of those that belong to it; empty for all that the guest can write to
 * @param wanted how much of them
 * @param pace how QEMU is to go about it
 * @param quiesce whether the guest is to bring its file systems to rest for the moment
 * @param format of the images that are made; raw ones have all of a disk, and its size
 */
@Api(since = "0.1")
public record BackupRequest(
    BackupName name,
    Path directory,
    Set<String> disks,
    Wanted wanted,
    Pace pace,
    Quiesce quiesce,
    ImageFormat format) {

  /**
   * How much of each disk is wanted.
   *
   * @param extent all, or what was written since an earlier backup in the same directory
   * @param since which one: the job is refused when it cannot be built on. Empty for the latest: a
   *     disk of which there is none, or none that can be built on, is backed up in full then, and
   *     the backup says why
   */
  public record Wanted(Extent extent, Optional<BackupName> since) {
    /**
     * A checked wish.
     *
     * @throws InvalidRequestException when all is wanted since something
     */
    public Wanted {
      if (extent == Extent.FULL && since.isPresent()) {
        throw new InvalidRequestException(
            "since: a full backup stands on no other; leave it out, or ask for an incremental one.");
      }
    }

    /** All of it. */
    public static Wanted full() {
      return new Wanted(Extent.FULL, Optional.empty());
    }

    /** What is new since the latest backup. */
    public static Wanted incremental() {
      return new Wanted(Extent.INCREMENTAL, Optional.empty());
    }

    /** What is new since that backup. */
    public static Wanted since(BackupName name) {
      return new Wanted(Extent.INCREMENTAL, Optional.of(name));
    }
  }

  /**
   * How QEMU goes about it.
   *
   * @param bytesPerSecond the most that it reads in a second of each disk; 0 for no limit
   * @param compression of what it writes
   */
  public record Pace(long bytesPerSecond, Compression compression) {
    /**
     * A checked wish.
     *
     * @throws InvalidRequestException when the limit is negative
     */
    public Pace {
      if (bytesPerSecond < 0) {
        throw new InvalidRequestException("bytesPerSecond: should be 0 or more.");
      }
    }

    /** As fast as it goes, as it is. */
    public static Pace unlimited() {
      return new Pace(0, Compression.NONE);
    }
  }

  /** How clusters of images are compressed, each for itself. */
  public enum Compression {
    /** Not at all. */
    NONE,
    /** By zlib, which takes its time. */
    ZLIB
  }

  /**
   * Whether the guest agent is to freeze the guest's file systems for the moment that a backup is
   * of. A guest is given 10 s for that, and is thawed 10 s later at the latest.
   */
  public enum Quiesce {
    /** No: the backup is as after a power cut. */
    NONE,
    /** If it can be done; else the backup is as after a power cut, and says why. */
    IF_POSSIBLE,
    /** Without that there is to be no backup. */
    REQUIRED
  }

  /**
   * A checked wish; the directory's path is normalized.
   *
   * @throws InvalidRequestException when that is not absolute, or what is wanted cannot be raw
   */
  public BackupRequest {
    if (!directory.isAbsolute()) {
      throw new InvalidRequestException(
          "directory: should be an absolute path, but it is '" + directory + "'.");
    }
    directory = directory.normalize();
    disks = Collections.unmodifiableSet(new TreeSet<>(disks));
    if (format == ImageFormat.RAW) {
      requirePossible(wanted, pace);
    }
  }

  private static void requirePossible(Wanted wanted, Pace pace) {
    if (wanted.extent() != Extent.FULL) {
      throw new InvalidRequestException(
          "format: a raw image stands on no other, so that it cannot be incremental. Ask for a full"
              + " backup ('--full'), or for qcow2.");
    }
    if (pace.compression() != Compression.NONE) {
      throw new InvalidRequestException(
          "compression: a raw image cannot be compressed. Leave that out, or ask for qcow2.");
    }
  }

  /** A wish for qcow2 images. */
  public BackupRequest(
      BackupName name,
      Path directory,
      Set<String> disks,
      Wanted wanted,
      Pace pace,
      Quiesce quiesce) {
    this(name, directory, disks, wanted, pace, quiesce, ImageFormat.QCOW2);
  }

  /** A wish for which the guest goes on as it is. */
  public BackupRequest(
      BackupName name, Path directory, Set<String> disks, Wanted wanted, Pace pace) {
    this(name, directory, disks, wanted, pace, Quiesce.NONE);
  }

  /** The same, with the guest's file systems at rest. */
  public BackupRequest with(Quiesce wish) {
    return new BackupRequest(name, directory, disks, wanted, pace, wish, format);
  }

  /** The same, in images of that format. */
  public BackupRequest with(ImageFormat wish) {
    return new BackupRequest(name, directory, disks, wanted, pace, quiesce, wish);
  }

  /** What is new on all disks since the latest backup there. */
  public static BackupRequest to(Path directory, BackupName name) {
    return new BackupRequest(name, directory, Set.of(), Wanted.incremental(), Pace.unlimited());
  }
}
