package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.error.HostFailureException;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep.FileAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at the images of a definition before QEMU does, and notes what each is kept in. */
final class ImageChecks {
  private static final String IN_FILE = "file";
  private static final String ON_DEVICE = "host_device";

  private final List<Problem> problems;
  private final Map<String, String> protocols = new HashMap<>();

  /**
   * Checks that add to those problems.
   *
   * @param problems grows
   */
  ImageChecks(List<Problem> problems) {
    this.problems = problems;
  }

  /** QEMU's driver for what each image is kept in, by the name of its disk. */
  Map<String, String> protocols() {
    return protocols;
  }

  /** Looks at the images of those disks. */
  void check(List<Disk> disks) {
    for (int i = 0; i < disks.size(); i++) {
      Disk disk = disks.get(i);
      String path = "disks[" + i + "].file";
      disk.file().flatMap(file -> obstacle(disk, file)).ifPresent(why -> report(path, disk, why));
      checkDirect(disk, "disks[" + i + "].cache");
    }
  }

  private void report(String path, Disk disk, String why) {
    problems.add(
        Problem.at(
            path, "image " + disk.file().orElseThrow() + " of disk '" + disk.name() + "' " + why));
  }

  /** A file that can be opened, but not past the page cache, as on some file systems. */
  private void checkDirect(Disk disk, String path) {
    if (!disk.attachment().cache().isDirect() || !protocols.containsKey(disk.name())) {
      return;
    }
    Path file = disk.file().orElseThrow();
    int number =
        Libc.INSTANCE.open(file.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_DIRECT);
    if (number >= 0) {
      Libc.INSTANCE.close(number);
    } else if (Native.getLastError() == Libc.EINVAL) {
      problems.add(
          Problem.at(
              path,
              "the file system of "
                  + file
                  + " cannot pass by the page cache: use 'cache: writeback', or move the image"));
    }
  }

  private Optional<String> obstacle(Disk disk, Path file) {
    Optional<String> unusable = HostFiles.obstacle(file);
    if (unusable.isPresent()) {
      return unusable;
    }
    protocols.put(disk.name(), Files.isRegularFile(file) ? IN_FILE : ON_DEVICE);
    FileAccess access =
        disk.access() == Access.READ_WRITE ? FileAccess.READ_WRITE : FileAccess.READ_ONLY;
    try {
      PassedDescriptor.open(file, access).close();
      return content(disk, file);
    } catch (HostFailureException refused) {
      return Optional.of("cannot be used: " + refused.getMessage());
    } catch (IOException failure) {
      return Optional.of("cannot be read: " + failure.getMessage());
    }
  }

  private static Optional<String> content(Disk disk, Path file) throws IOException {
    if (Files.isRegularFile(file) && Files.size(file) == 0) {
      return Optional.of("is empty: make an image with 'qemu-img create'");
    }
    if (disk.format() == DiskFormat.RAW) {
      return Optional.empty();
    }
    Optional<Qcow2Header> header = Qcow2Header.read(file);
    return header.isPresent()
        ? header.get().obstacle()
        : Optional.of("is not a qcow2 image: set 'format' to what 'qemu-img info' says it is");
  }
}
