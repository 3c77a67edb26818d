package dev.berth.engine.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.berth.backup.Backup;
import dev.berth.backup.BackupCodec;
import dev.berth.domain.DomainName;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory of backups that is open: what is in it is reached from there and not by its path, so
 * that no symbolic link is followed, also none that comes while it is looked at. For one thread;
 * whoever opens it closes it.
 */
public final class BackupReading implements AutoCloseable {
  public static final String DESCRIPTION = "backup.json";

  /** Some thousand disks. */
  private static final int MAX_DESCRIPTION_BYTES = 1024 * 1024;

  private final Path path;
  private final SecureDirectoryStream<Path> directory;

  private BackupReading(Path path, SecureDirectoryStream<Path> directory) {
    this.path = path;
    this.directory = directory;
  }

  /** Opens a directory; links in its own path are followed. */
  static BackupReading open(Path path) throws IOException {
    return new BackupReading(path, secure(path, Files.newDirectoryStream(path)));
  }

  private static SecureDirectoryStream<Path> secure(Path path, DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new FileSystemException(
        path.toString(), null, "what is in it cannot be opened without following links");
  }

  /** The folders in it that are backups or look like it, in no order. */
  List<BackupFolder> folders() throws IOException {
    List<BackupFolder> found = new ArrayList<>();
    try {
      for (Path each : directory) {
        folder(String.valueOf(each.getFileName())).ifPresent(found::add);
      }
      return found;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** The folder of that name, if it is a backup or looks like one. */
  Optional<BackupFolder> folder(String name) {
    if (BackupFolder.isGrowing(name)) {
      return Optional.empty();
    }
    boolean halfDeleted = BackupFolder.deletedName(name).isPresent();
    if (!halfDeleted && !DomainName.isLegal(name) || !isFolder(name)) {
      return Optional.empty();
    }
    Path folder = path.resolve(name);
    return halfDeleted ? Optional.of(BackupFolder.halfDeleted(folder)) : described(folder);
  }

  /** What the folder of that name says of itself, whatever it is called. */
  Optional<Backup> said(String name) {
    return isFolder(name)
        ? described(path.resolve(name)).flatMap(BackupFolder::said)
        : Optional.empty();
  }

  private boolean isFolder(String name) {
    try {
      return attributes(directory, name).isDirectory();
    } catch (IOException gone) {
      return false;
    }
  }

  private Optional<BackupFolder> described(Path folder) {
    try (SecureDirectoryStream<Path> inside = inside(folder.getFileName())) {
      Backup said = BackupCodec.read(Json.read(description(inside)), folder);
      return Optional.of(
          folder.endsWith(said.name().text())
              ? BackupFolder.complete(folder, said)
              : BackupFolder.renamed(folder, said));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (MalformedReplyException unusable) {
      return Optional.of(BackupFolder.unreadable(folder, unusable.getMessage()));
    } catch (JsonProcessingException cut) {
      return Optional.of(BackupFolder.unreadable(folder, "it is no JSON, or not all of it"));
    } catch (IOException unreadable) {
      return Optional.of(BackupFolder.unreadable(folder, reason(unreadable)));
    }
  }

  private static byte[] description(SecureDirectoryStream<Path> folder) throws IOException {
    if (!attributes(folder, DESCRIPTION).isRegularFile()) {
      throw new MalformedReplyException("it is no file");
    }
    try (SeekableByteChannel file =
        folder.newByteChannel(
            Path.of(DESCRIPTION), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      byte[] bytes = Channels.newInputStream(file).readNBytes(MAX_DESCRIPTION_BYTES + 1);
      if (bytes.length > MAX_DESCRIPTION_BYTES) {
        throw new MalformedReplyException("it has more than " + MAX_DESCRIPTION_BYTES + " bytes");
      }
      return bytes;
    }
  }

  /** Removes the folder of that name with the files in it. Idempotent. */
  void remove(String name) throws IOException {
    try (SecureDirectoryStream<Path> inside = inside(Path.of(name))) {
      for (Path file : inside) {
        inside.deleteFile(file.getFileName());
      }
    } catch (NoSuchFileException gone) {
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    directory.deleteDirectory(Path.of(name));
  }

  private SecureDirectoryStream<Path> inside(Path name) throws IOException {
    return directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> in, String name)
      throws IOException {
    return in.getFileAttributeView(
            Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }

  /** What the kernel says, without the path. */
  static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "it is not there";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof NotDirectoryException) {
      return "it is no directory";
    }
    return failure instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : failure.toString();
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
