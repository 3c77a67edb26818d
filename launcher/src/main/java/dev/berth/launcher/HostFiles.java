package dev.berth.launcher;

import dev.berth.machine.AssemblyStep.FileKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What a path leads to, and in words why not to something that can be read. Stateless. */
final class HostFiles {
  private static final int TYPE_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final Path PROCESSES = Path.of("/proc");

  private HostFiles() {}

  /** Why a path leads to no file or block device, naming the part of it that is at fault. */
  static Optional<String> obstacle(Path file) {
    if (Files.isDirectory(file)) {
      return Optional.of("is a directory: name a file in it");
    }
    if (Files.isRegularFile(file) || isBlockDevice(file)) {
      return Optional.empty();
    }
    if (Files.exists(file)) {
      return Optional.of("is neither a file nor a block device: name one that is");
    }
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of("is a symbolic link that leads nowhere: mend it, or name the file itself");
    }
    Path existing = file;
    Path missing = file;
    while (existing != null && !Files.exists(existing)) {
      missing = existing;
      existing = existing.getParent();
    }
    if (existing != null && !Files.isExecutable(existing)) {
      return Optional.of(
          "cannot be reached: this user may not enter "
              + existing
              + ", which needs the right 'x' on it");
    }
    return Optional.of(
        missing.equals(file)
            ? "does not exist: correct the path, or put it there"
            : "does not exist: there is no " + missing + ", correct the path or make it");
  }

  /** QEMU's driver for what is kept in that file. */
  static String protocol(Path file) {
    return Files.isRegularFile(file) ? ImageFacts.IN_FILE : "host_device";
  }

  /** Which file it is. */
  static FileKey key(Path file) throws IOException {
    Map<String, Object> facts = Files.readAttributes(file, "unix:dev,ino,rdev");
    return isBlockDevice(file)
        ? new FileKey((Long) facts.get("rdev"), 0)
        : new FileKey((Long) facts.get("dev"), (Long) facts.get("ino"));
  }

  /** Whether a path goes through what the kernel shows of processes, as {@code /dev/stdin} does. */
  static boolean leadsToAProcess(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || directory.toRealPath().startsWith(PROCESSES)) {
      return true;
    }
    return Files.isSymbolicLink(file)
        && leadsToAProcess(directory.resolve(Files.readSymbolicLink(file)));
  }

  /** Whether a path leads to a block device. */
  static boolean isBlockDevice(Path file) {
    return Files.exists(file) && fileType(file) == BLOCK_DEVICE;
  }

  private static int fileType(Path file) {
    try {
      return (Integer) Files.getAttribute(file, "unix:mode") & TYPE_MASK;
    } catch (IOException vanished) {
      return 0;
    }
  }
}
