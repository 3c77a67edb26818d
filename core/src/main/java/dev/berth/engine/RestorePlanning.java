package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.backup.BackupChain;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.backup.RestorePlan.OfDisk;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Decides what a restore does, by looking at the backups and at the files that are there. For
 * threads that storage may hold up.
 */
final class RestorePlanning {
  private final BackupFiles backups;
  private final ImageFiles images;
  private final ImageUsers users;

  RestorePlanning(BackupFiles backups, ImageFiles images, ImageUsers users) {
    this.backups = backups;
    this.images = images;
    this.users = users;
  }

  /**
   * The backup of that name.
   *
   * @throws NotFoundException when there is none
   */
  static Backup find(List<Backup> known, Path directory, BackupName name) {
    return known.stream()
        .filter(backup -> backup.name().equals(name))
        .findFirst()
        .orElseThrow(() -> notFound(directory, name));
  }

  static NotFoundException notFound(Path directory, BackupName name) {
    return new NotFoundException(
        "There is no backup '"
            + name
            + "' in '"
            + directory
            + "'. See 'vmctl backup list "
            + directory
            + "'.");
  }

  /**
   * To new images.
   *
   * @throws InvalidRequestException when it has nothing of a disk
   * @throws AlreadyExistsException when a file is there already
   * @throws HostFailureException when the backup is damaged, or a file cannot be made there
   */
  RestorePlan toNew(BackupRestoreRequest request, NewFiles target) {
    Path directory = real(request.directory());
    List<Backup> known = backups.list(directory);
    Backup backup = find(known, directory, request.name());
    requireDisks(backup, target.files().keySet());
    requireInFolder(backup, target.files().keySet());
    List<OfDisk> disks = new ArrayList<>();
    for (BackedUpDisk disk : backup.disks()) {
      Path file = target.files().get(disk.disk());
      if (file != null) {
        requireSound(backup, disk.disk(), known);
        disks.add(
            new OfDisk(
                disk.disk(),
                disk.content().size().bytes(),
                newFile(file, known),
                target.format(),
                Optional.empty()));
      }
    }
    return new RestorePlan(directory, backup.name(), disks);
  }

  private Path newFile(Path file, List<Backup> known) {
    Path parent = file.getParent();
    if (parent == null || file.getFileName() == null || !Files.isDirectory(parent)) {
      throw new HostFailureException(
          "Cannot restore to '" + file + "': there is no such directory. Make it first.");
    }
    Path real = real(parent).resolve(file.getFileName());
    if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new AlreadyExistsException(
          "Cannot restore to '" + file + "': that is there already. Choose another name.");
    }
    requireWritable(real);
    if (known.stream().anyMatch(backup -> real.startsWith(backup.folder()))) {
      throw new InvalidRequestException(
          "files: '" + file + "' would be in the folder of a backup. Choose another place.");
    }
    return real;
  }

  private static void requireWritable(Path file) {
    if (!Files.isWritable(file.resolveSibling(""))) {
      throw new HostFailureException(
          "Cannot restore to '" + file + "': the host's user may not write to its directory.");
    }
  }

  /**
   * Onto the images of a domain.
   *
   * @param domain its UUID
   * @throws InvalidRequestException when the backup has nothing of a disk, or the domain no such
   *     disk
   * @throws InvalidStateException when somebody else uses an image, or it cannot be replaced
   * @throws HostFailureException when the backup is damaged, or a file cannot be made there
   */
  RestorePlan onto(
      BackupRestoreRequest request, ImagesOf target, UUID domain, DomainDefinition definition) {
    Path directory = real(request.directory());
    List<Backup> known = backups.list(directory);
    Backup backup = find(known, directory, request.name());
    requireOf(backup, domain, definition);
    requireDisks(backup, target.disks());
    List<OfDisk> disks = new ArrayList<>();
    List<Disk> chosen = chosen(backup, target, definition);
    requireInFolder(backup, chosen.stream().map(Disk::name).collect(Collectors.toSet()));
    for (Disk disk : chosen) {
      requireSound(backup, disk.name(), known);
      disks.add(onto(disk, backup.disk(disk.name()).orElseThrow(), domain));
    }
    return new RestorePlan(directory, backup.name(), disks);
  }

  /** What was written to a given file is not known any more. */
  private static void requireInFolder(Backup backup, Set<String> wanted) {
    for (BackedUpDisk disk : backup.disks()) {
      if (wanted.contains(disk.disk()) && !disk.isInFolder()) {
        throw new InvalidRequestException(
            "disks: what backup '"
                + backup.name()
                + "' has of disk '"
                + disk.disk()
                + "' was written to a file that was given ('"
                + disk.file()
                + "'), and not to its folder. Copy it from there, or leave the disk out.");
      }
    }
  }

  private static void requireOf(Backup backup, UUID domain, DomainDefinition definition) {
    boolean same =
        backup.origin().domain().equals(domain)
            || backup.origin().domainName().equals(definition.name());
    if (!same) {
      throw new InvalidRequestException(
          "domain: backup '"
              + backup.name()
              + "' is of domain '"
              + backup.origin().domainName()
              + "', not of '"
              + definition.name()
              + "'. Restore it to new images, and use those.");
    }
  }

  private static List<Disk> chosen(Backup backup, ImagesOf target, DomainDefinition definition) {
    Set<String> absent = new TreeSet<>(target.disks());
    definition.disks().forEach(disk -> absent.remove(disk.name()));
    List<Disk> chosen =
        definition.disks().stream()
            .filter(disk -> disk.device() == Disk.DiskDevice.DISK)
            .filter(disk -> target.disks().isEmpty() || target.disks().contains(disk.name()))
            .filter(disk -> backup.disk(disk.name()).isPresent())
            .toList();
    if (!absent.isEmpty() || chosen.isEmpty() || chosen.size() < target.disks().size()) {
      throw new InvalidRequestException(
          "disks: domain '"
              + definition.name()
              + "' has no such disk of backup '"
              + backup.name()
              + "', which has "
              + names(backup)
              + ".");
    }
    return chosen;
  }

  private OfDisk onto(Disk disk, BackedUpDisk from, UUID domain) {
    Path named = disk.file().orElseThrow(() -> refused(disk, "its image is no file"));
    if (disk.secret().isPresent()) {
      throw refused(disk, "its image is encrypted, and what comes in its place would not be");
    }
    Path file = target(disk, named);
    Optional<String> replaces = Optional.empty();
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(
            disk,
            "'"
                + file
                + "' is no regular file. Restore it to a new raw image, and copy that with"
                + " 'qemu-img convert -n -O raw'");
      }
      replaces = Optional.of(images.look(file).identity());
    }
    List<String> by = users.inTheWayOf(file, domain);
    if (!by.isEmpty()) {
      throw refused(disk, "'" + file + "' is in use: " + String.join(", ", by));
    }
    requireWritable(file);
    return new OfDisk(disk.name(), from.content().size().bytes(), file, format(disk), replaces);
  }

  /** A link stays, and what it leads to is replaced; one that leads nowhere tells nothing. */
  private static Path target(Disk disk, Path named) {
    if (Files.exists(named)) {
      return real(named);
    }
    Path parent = named.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw refused(disk, "there is no directory of '" + named + "'. Make it first");
    }
    Path file = real(parent).resolve(named.getFileName());
    if (Files.isSymbolicLink(file)) {
      throw refused(disk, "'" + named + "' is a link that leads nowhere");
    }
    return file;
  }

  private static ImageFormat format(Disk disk) {
    return switch (disk.format()) {
      case QCOW2 -> ImageFormat.QCOW2;
      case RAW -> ImageFormat.RAW;
    };
  }

  private static InvalidStateException refused(Disk disk, String why) {
    return new InvalidStateException("Cannot restore disk '" + disk.name() + "': " + why + ".");
  }

  /** Sees whether the images are still those that were looked at, and still nobody else's. */
  void requireAsPlanned(RestorePlan plan, UUID domain) {
    for (OfDisk disk : plan.disks()) {
      boolean isThere = Files.exists(disk.file(), LinkOption.NOFOLLOW_LINKS);
      boolean same =
          disk.replaces().isPresent()
              ? isThere && images.look(disk.file()).identity().equals(disk.replaces().get())
              : !isThere;
      if (!same) {
        throw new InvalidStateException(
            "'" + disk.file() + "' is not what it was when the restore began. Ask for it again.");
      }
      List<String> by = users.inTheWayOf(disk.file(), domain);
      if (!by.isEmpty()) {
        throw new InvalidStateException(
            "'" + disk.file() + "' is in use by now: " + String.join(", ", by) + ".");
      }
    }
  }

  private static void requireDisks(Backup backup, Set<String> wanted) {
    Set<String> absent = new TreeSet<>(wanted);
    backup.disks().forEach(disk -> absent.remove(disk.disk()));
    if (!absent.isEmpty()) {
      throw new InvalidRequestException(
          "disks: backup '"
              + backup.name()
              + "' has nothing of "
              + String.join(", ", absent)
              + "; it has "
              + names(backup)
              + ".");
    }
  }

  private static String names(Backup backup) {
    return backup.disks().stream().map(BackedUpDisk::disk).collect(Collectors.joining(", "));
  }

  private void requireSound(Backup backup, String disk, List<Backup> known) {
    try {
      BackupChain.of(images, backup, disk, known);
    } catch (ImageTaskException damaged) {
      throw new HostFailureException(String.valueOf(damaged.getMessage()), damaged);
    }
  }

  /** That place without symbolic links; as it is when there is no such. */
  static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}
