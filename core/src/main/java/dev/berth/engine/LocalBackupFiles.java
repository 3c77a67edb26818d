package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.Content;
import dev.berth.backup.BackupCodec;
import dev.berth.backup.BackupName;
import dev.berth.domain.ByteSize;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backups as folders of this host, for its user alone to read. */
final class LocalBackupFiles implements BackupFiles {

  /** Brings a folder's entries to the disk. */
  @FunctionalInterface
  interface FolderSync {
    void force(Path folder) throws IOException;
  }

  static final String DESCRIPTION = "backup.json";

  /** Some thousand disks. */
  private static final int MAX_DESCRIPTION_BYTES = 1024 * 1024;

  private static final int OTHERS_WRITE = 0002;
  private static final int STICKY = 01000;
  private static final int READ_BYTES = 256 * 1024;
  private static final FileAttribute<Set<PosixFilePermission>> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OUR_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Logger LOG = LoggerFactory.getLogger(LocalBackupFiles.class);

  private final FolderSync folders;

  LocalBackupFiles() {
    this(folder -> force(folder, StandardOpenOption.READ));
  }

  /** With another way to bring folders to the disk. */
  LocalBackupFiles(FolderSync folders) {
    this.folders = folders;
  }

  @Override
  public List<Backup> list(Path directory) {
    List<Backup> backups = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path folder : folders) {
        read(folder).ifPresent(backups::add);
      }
    } catch (IOException e) {
      throw failure("cannot be read", directory, e);
    } catch (DirectoryIteratorException e) {
      throw failure("cannot be read", directory, e.getCause());
    }
    backups.sort(Comparator.comparing(Backup::at).thenComparing(it -> it.name().text()));
    return List.copyOf(backups);
  }

  private static Optional<Backup> read(Path folder) {
    Path description = folder.resolve(DESCRIPTION);
    if (!Files.isRegularFile(description, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      if (Files.size(description) > MAX_DESCRIPTION_BYTES) {
        throw new MalformedReplyException("it has more than " + MAX_DESCRIPTION_BYTES + " bytes");
      }
      Backup backup = BackupCodec.read(Json.read(Files.readAllBytes(description)), folder);
      // else it grows there yet, or somebody has renamed it
      return Optional.of(backup).filter(it -> folder.endsWith(it.name().text()));
    } catch (IOException | MalformedReplyException unusable) {
      LOG.warn("'{}' describes no backup: {}", description, unusable.getMessage());
      return Optional.empty();
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
        .allMatch(disk -> disk.file().toFile().length() == disk.content().fileBytes());
  }

  @Override
  public void requireComplete(Path folder, JobId job) {
    if (read(folder).filter(backup -> backup.origin().job().equals(job)).isEmpty()) {
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
  public void setAside(Path folder, Path aside) {
    try {
      Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
      force(aside.resolveSibling(""), StandardOpenOption.READ);
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
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
      while (file.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
      return new Content(
          new ByteSize(diskBytes), file.size(), HexFormat.of().formatHex(digest.digest()));
    } catch (IOException e) {
      throw failure("cannot be read back", image, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void complete(Path partial, Backup backup) {
    Path description = partial.resolve(DESCRIPTION);
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
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(partial)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw failure("cannot be removed", partial, e);
    } catch (DirectoryIteratorException e) {
      throw failure("cannot be removed", partial, e.getCause());
    }
  }

  private static HostFailureException failure(String what, Path file, IOException cause) {
    String why =
        cause instanceof FileSystemException failure && failure.getReason() != null
            ? failure.getReason()
            : cause.toString();
    return new HostFailureException("'" + file + "' " + what + ": " + why + ".", cause);
  }
}
