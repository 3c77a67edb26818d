package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.BackupName;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import java.io.FileDescriptor;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The images of backups and what describes them. A backup grows in a folder beside its own, which
 * takes its name when all is there, so that nobody takes half of one for a whole. For threads that
 * may be held up by storage; failures are {@link HostFailureException}s unless said otherwise.
 */
public interface BackupFiles {

  /**
   * The complete backups in a directory, the oldest first. What is no backup there is passed over.
   *
   * @throws HostFailureException when there is no such directory, or it cannot be read
   */
  default List<Backup> list(Path directory) {
    return scan(directory).stream()
        .map(BackupFolder::backup)
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(Backup::at).thenComparing(it -> it.name().text()))
        .toList();
  }

  /**
   * The folders in a directory that are backups or look like it, in no order. No link in it is
   * followed.
   *
   * @throws HostFailureException when there is no such directory, or it cannot be read
   */
  List<BackupFolder> scan(Path directory);

  /** One such folder; empty when it is nothing of the kind. */
  Optional<BackupFolder> look(Path folder);

  /** When a file was written last. A link is not followed. */
  Instant written(Path image);

  /**
   * Sees whether a backup can be written there.
   *
   * @throws AlreadyExistsException when something of that name is in the way
   */
  void check(Path directory, BackupName name);

  /** Makes the folder in which a backup grows, which is not there yet. */
  void makeFolder(Path partial);

  /** Makes an image, which is not there yet, and opens it. */
  RandomAccessFile create(Path image);

  /** Whether that folder is there. */
  boolean isThere(Path partial);

  /** Whether all images of that backup are there, as long as they were. */
  boolean hasImages(Backup backup);

  /** Sees whether that folder is the backup that a job has made; fails when it is not. */
  void requireComplete(Path folder, JobId job);

  /** Whether that folder is the backup that a job has made. */
  boolean isOf(Path folder, JobId job);

  /**
   * Takes the backup that a job has made its name: from now on it is none. What has come in its
   * place keeps its name, as a failure.
   */
  void setAside(Path folder, Path aside, JobId job);

  /** Brings an image to the disk. */
  void force(Path image);

  /** Looks at all of an image. Interrupting the thread ends that, as a failure. */
  Content content(Path image, long diskBytes);

  /**
   * Looks at all of an image in an open file, from its beginning. Interrupting the thread ends
   * that, as a failure; the file stays open.
   *
   * @param most bytes of it that are looked at
   */
  Content content(FileDescriptor image, long diskBytes, long most);

  /**
   * Describes a backup whose images are on the disk, and gives its folder its name: from now on it
   * is one.
   *
   * @throws AlreadyExistsException when something of that name has come in the way
   */
  void complete(Path partial, Backup backup);

  /** Removes a folder in which a backup was to grow, with its images. Idempotent. */
  void discard(Path partial);
}
