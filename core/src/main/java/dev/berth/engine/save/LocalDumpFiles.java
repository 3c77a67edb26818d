package dev.berth.engine.save;

import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.host.MemoryDump.Existing;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;

/** Dumps as files of this host, for its user alone to read. */
public final class LocalDumpFiles implements DumpFiles {

  @Override
  public void check(Path target, Existing existing) {
    Path directory = target.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new HostFailureException(
          "Cannot write to '" + target + "': its directory is missing. Make it first.");
    }
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw taken(target, "it is a directory. Name a file in it.");
    }
    if (existing == Existing.REFUSE && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw taken(
          target, "there is such a file. Choose another name, or say that it is to be replaced.");
    }
    if (!Files.isWritable(directory)) {
      throw new HostFailureException(
          "Cannot write to '" + target + "': the host's user may not write to its directory.");
    }
  }

  private static AlreadyExistsException taken(Path target, String why) {
    return new AlreadyExistsException("Cannot write to '" + target + "': " + why);
  }

  @Override
  public FileOutputStream create(Path partial) {
    try {
      Files.createFile(
          partial,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new FileOutputStream(partial.toFile());
    } catch (IOException e) {
      throw failure("cannot be made", partial, e);
    }
  }

  @Override
  public OptionalLong size(Path partial) {
    try {
      return OptionalLong.of(Files.size(partial));
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw failure("cannot be looked at", partial, e);
    }
  }

  @Override
  public void keep(Path partial, Path target, Existing existing) {
    try {
      try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      switch (existing) {
        case REPLACE -> Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        case REFUSE -> moveToNewName(partial, target);
      }
      try (FileChannel directory = FileChannel.open(directory(target), StandardOpenOption.READ)) {
        directory.force(true);
      }
    } catch (FileAlreadyExistsException e) {
      throw taken(
          target,
          "such a file has come to exist meanwhile. What was written is '" + partial + "'.");
    } catch (IOException e) {
      throw failure("is complete and cannot be renamed", partial, e);
    }
  }

  /** A link never replaces anything; not every file system has them. */
  private static void moveToNewName(Path partial, Path target) throws IOException {
    try {
      Files.createLink(target, partial);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isSameFile(partial, target)) { // else the host before had come so far
        throw e;
      }
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.move(partial, target);
      return;
    }
    Files.delete(partial);
  }

  private static Path directory(Path target) {
    return target.toAbsolutePath().resolveSibling("");
  }

  @Override
  public void discard(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw failure("cannot be removed", partial, e);
    }
  }

  private static HostFailureException failure(String what, Path file, IOException cause) {
    return new HostFailureException("'" + file + "' " + what + ": " + why(cause) + ".", cause);
  }

  private static String why(IOException cause) {
    return cause instanceof FileSystemException failure && failure.getReason() != null
        ? failure.getReason()
        : cause.toString();
  }
}
