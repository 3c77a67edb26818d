package dev.berth.engine;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.migration.CopyPlan;
import dev.berth.error.BerthException;
import dev.berth.host.StorageCopy;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFormat;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.CopiedImage.Content;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The images that a domain without a machine takes along, and what keeps it from doing so. A file
 * that stands on no other goes as it is, so that the bitmaps in it go along. Of one that stands on
 * others goes what is on the disk: a copy stands on nothing. Reads headers: for threads that
 * storage may hold up.
 */
final class CopiesAtRest {
  /** As many layers as a machine may have. */
  private static final int MOST_LAYERS = 32;

  private final HostServices host;
  private final Function<Path, List<String>> users;
  private final StorageCopy wanted;

  /**
   * For a domain that goes to another host.
   *
   * @param users who has a file open, each as a phrase
   */
  CopiesAtRest(HostServices host, Function<Path, List<String>> users, StorageCopy wanted) {
    this.host = host;
    this.users = users;
    this.wanted = wanted;
  }

  /**
   * What was found.
   *
   * @param disks the names of those that are written to
   * @param plan their images, and what speaks against copying them
   * @param standIn the QEMU that reads them; none when nothing is copied, or nothing can be
   */
  record Found(Set<String> disks, CopyPlan plan, Optional<LaunchRecord> standIn) {
    /** That of a domain that finds its images where it goes. */
    static final Found NONE = new Found(Set.of(), CopyPlan.NONE, Optional.empty());

    Found {
      disks = Set.copyOf(disks);
    }

    /** What of a definition is to be there before, which is offered with what can be copied. */
    DomainDefinition remaining(DomainDefinition definition) {
      return without(definition, disks);
    }

    /** A definition without what cannot be copied, about which there is nothing more to ask. */
    DomainDefinition copyable(DomainDefinition definition) {
      Set<String> others = new HashSet<>(disks);
      plan.copies().forEach(copy -> others.remove(copy.disk()));
      return without(definition, others);
    }

    private static DomainDefinition without(DomainDefinition definition, Set<String> names) {
      DomainDefinition left = definition;
      for (String name : names) {
        left = left.withoutDisk(name);
      }
      return left;
    }
  }

  /** One that can be copied. */
  private record Copyable(Disk disk, Content content, long size, long allocated) {
    /** As what reads it opens it. */
    Disk opened() {
      return content == Content.FILE
          ? new Disk(disk.name(), DiskDevice.DISK, DiskFormat.RAW, disk.file(), Access.READ_ONLY)
          : disk.readOnly();
    }

    Path file() {
      return disk.file().orElseThrow();
    }
  }

  /**
   * Looks at the images of a domain.
   *
   * @param found its definition, whose images of pools are found
   */
  Found look(UUID domain, long revision, DomainDefinition found) {
    Set<String> disks = written(found).map(Disk::name).collect(Collectors.toSet());
    List<String> obstacles = new ArrayList<>();
    List<Copyable> all = new ArrayList<>();
    written(found)
        .forEach(
            disk -> {
              List<String> its = new ArrayList<>();
              Optional<Copyable> copyable = look(disk, its);
              its.forEach(
                  why -> obstacles.add("disk '" + disk.name() + "' cannot be copied: " + why));
              copyable.filter(it -> its.isEmpty()).ifPresent(all::add);
            });
    if (all.isEmpty()) {
      return new Found(disks, new CopyPlan(List.of(), obstacles), Optional.empty());
    }
    try {
      LaunchRecord standIn =
          host.launcher()
              .planStandIn(
                  domain, revision, found.name(), all.stream().map(Copyable::opened).toList());
      List<CopiedImage> copies = all.stream().map(it -> copy(it, standIn)).toList();
      obstacles.addAll(twice(copies));
      return new Found(disks, new CopyPlan(copies, obstacles), Optional.of(standIn));
    } catch (BerthException unreadable) {
      obstacles.add(String.valueOf(unreadable.getMessage()));
      return new Found(disks, new CopyPlan(List.of(), obstacles), Optional.empty());
    }
  }

  /** The disks whose images are copied. */
  private static Stream<Disk> written(DomainDefinition definition) {
    return definition.disks().stream()
        .filter(disk -> disk.device() == DiskDevice.DISK)
        .filter(disk -> disk.access() == Access.READ_WRITE);
  }

  private Optional<Copyable> look(Disk disk, List<String> obstacles) {
    if (disk.file().isEmpty()) {
      obstacles.add("it is a file that is given open at each start, and has no path");
      return Optional.empty();
    }
    Path file = disk.file().get();
    inUse(file, users).or(() -> inChange(file)).ifPresent(obstacles::add);
    try {
      return Optional.of(
          Files.isRegularFile(file)
              ? ofFile(disk, file, obstacles)
              : ofDisk(disk, file, Long.MAX_VALUE, obstacles));
    } catch (BerthException unreadable) {
      obstacles.add(String.valueOf(unreadable.getMessage()));
      return Optional.empty();
    }
  }

  /** Why an image cannot be copied now, if others have it open. */
  static Optional<String> inUse(Path file, Function<Path, List<String>> users) {
    List<String> by = users.apply(file);
    return by.isEmpty()
        ? Optional.empty()
        : Optional.of("'" + file + "' is in use by " + String.join(", ", by));
  }

  private Optional<String> inChange(Path file) {
    try {
      host.filesInChange().requireNone(Stream.of(file));
      return Optional.empty();
    } catch (BerthException busy) {
      return Optional.of(String.valueOf(busy.getMessage()));
    }
  }

  private Copyable ofFile(Disk disk, Path file, List<String> obstacles) {
    FoundImage image = host.images().look(file);
    long allocated = image.allocated().bytes();
    if (format(disk) == ImageFormat.RAW) {
      return new Copyable(disk, Content.FILE, image.bytes(), Math.min(allocated, image.bytes()));
    }
    if (image.header().isEmpty()) {
      obstacles.add("'" + file + "' is not a qcow2 image");
    }
    image
        .header()
        .flatMap(header -> header.obstacle())
        .ifPresent(why -> obstacles.add("'" + file + "' " + why));
    if (image.backing().isEmpty()) {
      return new Copyable(disk, Content.FILE, image.bytes(), Math.min(allocated, image.bytes()));
    }
    return ofDisk(disk, file, allocated(image), obstacles);
  }

  /** Of an image that stands on others, or is on a device, which is larger than what it has. */
  private Copyable ofDisk(Disk disk, Path file, long allocated, List<String> obstacles) {
    ImageContent content = host.images().content(file, format(disk));
    if (content.isEncrypted()) {
      obstacles.add("it is encrypted, and no file that could be copied as it is");
    }
    return new Copyable(disk, Content.DISK, content.bytes(), Math.min(allocated, content.bytes()));
  }

  /** What the image and those that it stands on take. */
  private long allocated(FoundImage image) {
    long sum = image.allocated().bytes();
    Optional<Path> below = image.backing();
    for (int layer = 0; layer < MOST_LAYERS && below.isPresent(); layer++) {
      FoundImage next = host.images().look(below.get());
      sum += next.allocated().bytes();
      below = next.backing();
    }
    return sum;
  }

  private CopiedImage copy(Copyable copyable, LaunchRecord standIn) {
    Path here = copyable.file();
    return new CopiedImage(
        copyable.disk().name(),
        node(standIn, copyable.disk().name()),
        wanted.directory().map(directory -> directory.resolve(here.getFileName())).orElse(here),
        format(copyable.disk()),
        copyable.size(),
        copyable.allocated(),
        copyable.content());
  }

  private static String node(LaunchRecord standIn, String disk) {
    return standIn.devices().stream()
        .filter(device -> device.name().equals(disk))
        .map(DeviceRecord::nodes)
        .map(nodes -> nodes.get(0))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> twice(List<CopiedImage> copies) {
    Set<Path> files = new HashSet<>();
    return copies.stream()
        .map(CopiedImage::file)
        .filter(file -> !files.add(file))
        .map(file -> "two of its images would be '" + file + "'")
        .toList();
  }

  private static ImageFormat format(Disk disk) {
    return switch (disk.format()) {
      case QCOW2 -> ImageFormat.QCOW2;
      case RAW -> ImageFormat.RAW;
    };
  }
}
