package dev.berth.launcher;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directories that launches make and remove. */
final class RunFiles {
  private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private RunFiles() {}

  /** Makes a directory that only its owner may enter, and those above it. */
  static void createPrivate(Path directory) throws IOException {
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.setPosixFilePermissions(directory, OWNER_ONLY);
  }

  /**
   * Makes a file that only its owner may read, with a template's content, unless there is one
   * already. It appears complete or not at all.
   */
  static void createFrom(Path template, Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    createPrivate(file.getParent());
    Path unfinished = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
    try {
      Files.copy(template, unfinished, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Removes a directory with all it holds, symbolic links not followed. Idempotent. */
  static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE; // a machine that is ending removed it first
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path emptied, @org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(emptied);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Removes a directory if nothing is in it. */
  static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException used) {
      LOG.debug("{} stays: it is in use", directory);
    }
  }

  /** Removes a file that nobody needs; what stays behind is logged. */
  static void deleteIfPossible(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failure) {
      LOG.warn("Cannot remove {}: {}", file, failure.toString());
    }
  }
}
