package dev.berth.launcher;

import com.sun.jna.Native;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.error.HostFailureException;
import dev.berth.error.Problem;
import dev.berth.image.Qcow2Header;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.HeldResources;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Looks at the images of a definition before QEMU does, and notes what each is kept in. */
final class ImageChecks {
  private final List<Problem> problems;
  private final ImageFacts facts = ImageFacts.none();

  /**
   * Checks that add to those problems.
   *
   * @param problems grows
   */
  ImageChecks(List<Problem> problems) {
    this.problems = problems;
  }

  /** What was found out of the images that were looked at. */
  ImageFacts facts() {
    return facts;
  }

  /** Looks at the images of those disks. */
  void check(List<Disk> disks, HeldResources held) {
    for (int i = 0; i < disks.size(); i++) {
      Disk disk = disks.get(i);
      String path = "disks[" + i + "]";
      disk.file().ifPresent(file -> checkFile(disk, file, path));
      disk.descriptor()
          .ifPresent(
              name -> checkGiven(disk, name, held.descriptor(name).map(GivenFile::of), path));
    }
  }

  private void checkFile(Disk disk, Path file, String path) {
    obstacle(disk, file)
        .ifPresent(
            why ->
                problems.add(
                    Problem.at(
                        path + (disk.image().isPresent() ? ".image" : ".file"),
                        "image " + file + " of disk '" + disk.name() + "' " + why)));
    checkDirect(disk, file, file.toString(), path + ".cache");
  }

  private void checkGiven(Disk disk, String name, Optional<GivenFile> file, String path) {
    GivenFile open = file.orElseThrow();
    obstacle(disk, open)
        .ifPresent(
            why ->
                problems.add(
                    GivenFile.problem(
                        path + ".fd",
                        name,
                        "is the image of disk '" + disk.name() + "' and " + why)));
    checkDirect(disk, open.path(), "file descriptor '" + name + "'", path + ".cache");
  }

  /** A file that can be opened, but not past the page cache, as on some file systems. */
  private void checkDirect(Disk disk, Path file, String what, String path) {
    if (!disk.attachment().cache().isDirect() || !facts.protocols().containsKey(disk.name())) {
      return;
    }
    int number =
        Libc.INSTANCE.open(file.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_DIRECT);
    if (number >= 0) {
      Libc.INSTANCE.close(number);
    } else if (Native.getLastError() == Libc.EINVAL) {
      problems.add(
          Problem.at(
              path,
              "the file system of "
                  + what
                  + " cannot pass by the page cache: use 'cache: writeback', or move the image"));
    }
  }

  private Optional<String> obstacle(Disk disk, Path file) {
    Optional<String> unusable = HostFiles.obstacle(file);
    if (unusable.isPresent()) {
      return unusable;
    }
    note(disk, file);
    try {
      PassedDescriptor.open(file, access(disk)).close();
      try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
        return obstacle(disk, Optional.of(file), HostFiles.key(file), content);
      }
    } catch (HostFailureException refused) {
      return Optional.of("cannot be used: " + refused.getMessage());
    } catch (IOException failure) {
      return Optional.of("cannot be read: " + failure.getMessage());
    }
  }

  private Optional<String> obstacle(Disk disk, GivenFile file) {
    Optional<String> unusable = file.obstacle(access(disk));
    if (unusable.isPresent()) {
      return unusable;
    }
    note(disk, file.path());
    try {
      FileKey key = file.key();
      facts.given().put(disk.name(), key);
      return obstacle(disk, Optional.empty(), key, file.content());
    } catch (IOException failure) {
      return Optional.of("cannot be read: " + failure.getMessage());
    }
  }

  private static FileAccess access(Disk disk) {
    return disk.access() == Access.READ_WRITE ? FileAccess.READ_WRITE : FileAccess.READ_ONLY;
  }

  private void note(Disk disk, Path file) {
    facts.protocols().put(disk.name(), HostFiles.protocol(file));
  }

  private Optional<String> obstacle(
      Disk disk, Optional<Path> file, FileKey key, FileChannel content) throws IOException {
    if (facts.protocol(disk).equals(ImageFacts.IN_FILE) && content.size() == 0) {
      return Optional.of("is empty: make an image with 'qemu-img create'");
    }
    if (disk.format() == DiskFormat.RAW) {
      return Optional.empty();
    }
    Optional<Qcow2Header> header = Qcow2Header.read(content);
    if (header.isEmpty()) {
      return Optional.of("is not a qcow2 image: set 'format' to what 'qemu-img info' says it is");
    }
    Optional<String> unusable = header.get().obstacle().or(() -> encryption(disk, header.get()));
    return unusable.isPresent() ? unusable : backing(disk, file, key, header.get());
  }

  /** A header names other files, and so is followed only where somebody has said so. */
  private Optional<String> backing(Disk disk, Optional<Path> file, FileKey key, Qcow2Header header)
      throws IOException {
    if (disk.backing() == Backing.NONE) {
      return header
          .backingFile()
          .map(
              name ->
                  "stands on '"
                      + name
                      + "': add 'backing: follow' if you trust who made it with the host's files, or"
                      + " flatten it with 'qemu-img convert -O qcow2'");
    }
    ImageChain chain = new ImageChain();
    Optional<String> broken = chain.follow(file, key, header);
    facts.below().put(disk.name(), chain.layers());
    return broken;
  }

  private static Optional<String> encryption(Disk disk, Qcow2Header header) {
    if (header.isLuks() && disk.secret().isEmpty()) {
      return Optional.of("is encrypted: add 'secret: NAME', and give the secret at the start");
    }
    return !header.isLuks() && disk.secret().isPresent()
        ? Optional.of("is not encrypted: remove 'secret'")
        : Optional.empty();
  }
}
