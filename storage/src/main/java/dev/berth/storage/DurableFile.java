package dev.berth.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replacing a file so that a crash or power cut leaves the old content or the new, never a mix. */
final class DurableFile {
  /** Ending of files that are being written; left-overs are worthless. */
  static final String UNFINISHED = ".tmp";

  private DurableFile() {}

  /** Writes and syncs the content beside the target; {@link #publish} makes it the target. */
  static Path prepare(Path target, byte[] content) throws IOException {
    Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED);
    Files.deleteIfExists(unfinished);
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return unfinished;
  }

  /** Puts a prepared file in the target's place; durable after {@link #syncDirectory}. */
  static void publish(Path prepared, Path target) throws IOException {
    Files.move(
        prepared, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** All of it: the content is durable under that name when this returns. */
  static void replace(Path target, byte[] content) throws IOException {
    publish(prepare(target, content), target);
    syncDirectory(target.toAbsolutePath().getParent());
  }

  /** Makes names that were added to or removed from a directory durable. */
  static void syncDirectory(Path directory) throws IOException {
    sync(directory, StandardOpenOption.READ);
  }

  /** Makes the content of a file durable that something else has written. */
  static void syncContent(Path file) throws IOException {
    sync(file, StandardOpenOption.WRITE);
  }

  private static void sync(Path path, StandardOpenOption mode) throws IOException {
    try (FileChannel channel = FileChannel.open(path, mode)) {
      channel.force(true);
    }
  }
}
