package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.engine.image.FilesInChange;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.TargetFile;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * The open files that a call gives for a backup to be written to, by the names of the disks. What
 * anybody uses is none to be written to: QEMU would find that out by its locks, but not of what is
 * only going to be used.
 *
 * @param held the host's own copies of them
 * @param disks the disks that they are for
 * @param users who uses images, at the time
 */
record GivenTargets(
    HeldResources held, Set<String> disks, MachineLauncher launcher, Supplier<ImageUsers> users) {

  /** Those of a call. */
  static GivenTargets of(HeldResources held, MachineLauncher launcher, Supplier<ImageUsers> users) {
    return new GivenTargets(held, new TreeSet<>(held.names().descriptors()), launcher, users);
  }

  /** What they are for, for whoever compares calls. */
  String text() {
    return disks.isEmpty() ? "" : " " + disks;
  }

  /**
   * Looks at them, and makes them ready for QEMU. For threads that storage may hold up.
   *
   * @param known the backups beside the one that is to be made
   * @throws InvalidRequestException when one cannot be written to
   * @throws InvalidStateException when somebody uses one
   */
  Map<String, TargetFile> look(List<Backup> known) {
    Map<String, TargetFile> targets = new LinkedHashMap<>();
    if (!held.names().secrets().isEmpty()) {
      throw new InvalidRequestException("secrets: a backup takes none. Leave them out.");
    }
    Map<String, Path> paths = new LinkedHashMap<>();
    for (String disk : disks) {
      TargetFile target = launcher.prepareTarget(held, disk);
      Path file = path(disk);
      requireUnused(disk, file, target, known);
      paths.forEach(
          (other, its) -> {
            if (FilesInChange.isSame(its, file)) {
              throw refused(disk, "leads to the same file as that of disk '" + other + "'");
            }
          });
      paths.put(disk, file);
      targets.put(disk, target);
    }
    return targets;
  }

  private void requireUnused(String disk, Path file, TargetFile target, List<Backup> known) {
    ImageUsers using = users.get();
    List<String> by = using.of(file);
    if (!by.isEmpty()) {
      throw refused(disk, "leads to a file in use: " + String.join(", ", by));
    }
    using
        .pooled(target.place())
        .ifPresent(
            image -> {
              throw refused(disk, "leads to image '" + image + "'");
            });
    for (Backup backup : known) {
      if (backup.disks().stream()
          .filter(BackedUpDisk::isInFolder)
          .anyMatch(image -> FilesInChange.isSame(file, image.file()))) {
        throw refused(disk, "leads to an image of backup '" + backup.name() + "'");
      }
    }
  }

  /** Where the kernel shows it. */
  private Path path(String disk) {
    try {
      FileDescriptor descriptor = held.descriptor(disk).orElseThrow(() -> ended(disk));
      return Path.of(
          "/proc/self/fd", FileDescriptorCast.using(descriptor).as(Integer.class).toString());
    } catch (IOException closed) {
      throw ended(disk);
    }
  }

  private static InvalidStateException ended(String disk) {
    return new InvalidStateException(
        "The call that gave a file for disk '" + disk + "' has ended.");
  }

  private static InvalidStateException refused(String disk, String why) {
    return new InvalidStateException(
        "Cannot write the backup of disk '"
            + disk
            + "': its file descriptor "
            + why
            + ". Give another file.");
  }
}
