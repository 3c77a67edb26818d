package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.BackupCodec;
import dev.berth.backup.BackupName;
import dev.berth.domain.ByteSize;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.newsclub.net.unix.FileDescriptorCast;

/** Backups as folders of this host, for its user alone to read. */
public final class LocalBackupFiles implements BackupFiles {

  /** Brings a folder's entries to the disk. */
  @FunctionalInterface
  public interface FolderSync {
    void force(Path folder) throws IOException;
  }

  private static final int OTHERS_WRITE = 0002;
  private static final int STICKY = 01000;
  private static final FileAttribute<Set<PosixFilePermission>> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OUR_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final FolderSync folders;

  public LocalBackupFiles() {
    this(folder -> force(folder, StandardOpenOption.READ));
  }

  /** With another way to bring folders to the disk. */
  public LocalBackupFiles(FolderSync folders) {
    this.folders = folders;
  }

  @Override
  public List<BackupFolder> scan(Path directory) {
    try (BackupReading reading = BackupReading.open(directory)) {
      return reading.folders();
    } catch (IOException e) {
      throw failure("cannot be read", directory, e);
    }
  }

  @Override
  public Optional<BackupFolder> look(Path folder) {
    try (BackupReading reading = BackupReading.open(folder.resolveSibling(""))) {
      return reading.folder(String.valueOf(folder.getFileName()));
    } catch (IOException e) {
      throw failure("cannot be read", folder.resolveSibling(""), e);
    }
  }

  @Override
  public Instant written(Path image) {
    try {
      return Files.getLastModifiedTime(image, LinkOption.NOFOLLOW_LINKS).toInstant();
    } catch (IOException e) {
      throw failure("cannot be looked at", image, e);
    }
  }

  @Override
  public void check(Path directory, BackupName name) {
    if (!Files.isDirectory(directory)) {
      throw new HostFailureException(
          "Cannot back up to '" + directory + "': there is no such directory. Make it first.");
    }
    Path folder = directory.resolve(name.text());
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw taken(folder);
    }
    if (isOpenToAll(directory)) {
      throw new HostFailureException(
          "Cannot back up to '"
              + directory
              + "': everybody may rename what is in it. Take that right away ('chmod o-w').");
    }
    if (!Files.isWritable(directory)) {
      throw new HostFailureException(
          "Cannot back up to '" + directory + "': the host's user may not write to it.");
    }
  }

  private static boolean isOpenToAll(Path directory) {
    try {
      int mode = (int) Files.getAttribute(directory, "unix:mode");
      return (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0;
    } catch (IOException e) {
      throw failure("cannot be looked at", directory, e);
    }
  }

  private static AlreadyExistsException taken(Path folder) {
    return new AlreadyExistsException(
        "Cannot back up to '" + folder + "': that is there already. Choose another name.");
  }

  @Override
  public void makeFolder(Path partial) {
    try {
      Files.createDirectory(partial, OUR_FOLDER);
    } catch (IOException e) {
      throw failure("cannot be made", partial, e);
    }
  }

  @Override
  public RandomAccessFile create(Path image) {
    try {
      Files.createFile(image, OURS);
      return new RandomAccessFile(image.toFile(), "rw");
    } catch (IOException e) {
      throw failure("cannot be made", image, e);
    }
  }

  @Override
  public boolean isThere(Path partial) {
    return Files.exists(partial, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public boolean hasImages(Backup backup) {
    return backup.disks().stream()
        .filter(BackedUpDisk::isInFolder)
        .allMatch(disk -> isFile(disk.file(), disk.content().fileBytes()));
  }

  private static boolean isFile(Path image, long bytes) {
    try {
      BasicFileAttributes found =
          Files.readAttributes(image, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isRegularFile() && found.size() == bytes;
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void requireComplete(Path folder, JobId job) {
    if (!isOf(folder, job)) {
      throw new HostFailureException(
          "Neither '"
              + folder
              + "' is the backup of job "
              + job
              + ", nor is what it has written"
              + " beside: was its directory mounted?");
    }
    try {
      folders.force(folder.resolveSibling("")); // who named it may have had no time for that
    } catch (IOException e) {
      throw failure("cannot be brought to the disk", folder, e);
    }
  }

  @Override
  public boolean isOf(Path folder, JobId job) {
    return look(folder)
        .flatMap(BackupFolder::backup)
        .filter(backup -> backup.origin().job().equals(job))
        .isPresent();
  }

  @Override
  public void setAside(Path folder, Path aside, JobId job) {
    Path directory = folder.resolveSibling("");
    try (BackupReading reading = BackupReading.open(directory)) {
      Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
      boolean isIt =
          reading
              .said(String.valueOf(aside.getFileName()))
              .filter(backup -> backup.origin().job().equals(job))
              .isPresent();
      if (!isIt) { // it came between the look and now
        Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
        throw new HostFailureException(
            "'" + folder + "' is not deleted: it is not the backup any more that it was.");
      }
      force(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      throw failure("cannot be renamed", folder, e);
    }
  }

  @Override
  public void force(Path image) {
    try {
      force(image, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failure("cannot be brought to the disk", image, e);
    }
  }

  @Override
  public Content content(Path image, long diskBytes) {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      return content(file, diskBytes, Long.MAX_VALUE);
    } catch (IOException e) {
      throw failure("cannot be read back", image, e);
    }
  }

  @Override
  public Content content(FileDescriptor image, long diskBytes, long most) {
    try (FileInputStream own =
        new FileInputStream(FileDescriptorCast.duplicating(image).getFileDescriptor())) {
      return content(own.getChannel(), diskBytes, most);
    } catch (IOException e) {
      throw new HostFailureException(
          "The given file cannot be read back: " + e.getMessage() + ".", e);
    }
  }

  private static Content content(FileChannel file, long diskBytes, long most) throws IOException {
    FileDigest digest = FileDigest.of(file, most);
    return new Content(new ByteSize(diskBytes), digest.bytes(), digest.sha256());
  }

  @Override
  public void complete(Path partial, Backup backup) {
    Path description = partial.resolve(BackupReading.DESCRIPTION);
    if (Files.exists(backup.folder(), LinkOption.NOFOLLOW_LINKS)) {
      throw taken(backup.folder());
    }
    try {
      Files.deleteIfExists(description);
      Files.createFile(description, OURS);
      Files.write(description, Json.bytes(BackupCodec.write(backup)));
      force(description, StandardOpenOption.WRITE);
      folders.force(partial);
      Files.move(partial, backup.folder(), StandardCopyOption.ATOMIC_MOVE);
      keepName(partial, backup.folder());
    } catch (IOException e) {
      throw failure("cannot be completed", partial, e);
    }
  }

  /** A name that a power cut could take is none: then the folder gets its former one back. */
  private void keepName(Path partial, Path folder) throws IOException {
    try {
      folders.force(folder.resolveSibling(""));
    } catch (IOException e) {
      try {
        Files.move(folder, partial, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException kept) {
        throw new IOException(
            e + "; it is called '" + folder + "' and is none: remove it by hand", kept);
      }
      throw e;
    }
  }

  private static void force(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  @Override
  public void discard(Path partial) {
    if (!isThere(partial)) {
      return;
    }
    if (!Files.isDirectory(partial, LinkOption.NOFOLLOW_LINKS)) {
      throw new HostFailureException("'" + partial + "' is not removed: it is no folder of ours.");
    }
    try (BackupReading reading = BackupReading.open(partial.resolveSibling(""))) {
      reading.remove(String.valueOf(partial.getFileName()));
    } catch (IOException e) {
      throw failure("cannot be removed", partial, e);
    }
  }

  private static HostFailureException failure(String what, Path file, IOException cause) {
    return new HostFailureException(
        "'" + file + "' " + what + ": " + BackupReading.reason(cause) + ".", cause);
  }
}
