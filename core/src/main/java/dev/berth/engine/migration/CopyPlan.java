package dev.berth.engine.migration;

import dev.berth.engine.backup.BackupSource;
import dev.berth.host.StorageCopy;
import dev.berth.image.ImageFormat;
import dev.berth.machine.DiskThrottle;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.migration.CopiedImage;
import dev.berth.qapi.block.BlockInfo;
import dev.berth.qapi.block.ImageInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which images a machine takes along, and what keeps it from doing so.
 *
 * @param copies of the disks that its guest writes to
 * @param obstacles each that there is here
 */
public record CopyPlan(List<CopiedImage> copies, List<String> obstacles) {
  /** That of a machine that finds its images where it goes. */
  public static final CopyPlan NONE = new CopyPlan(List.of(), List.of());

  public CopyPlan {
    copies = List.copyOf(copies);
    obstacles = List.copyOf(obstacles);
  }

  /**
   * That of a machine. Pure.
   *
   * @param devices what QEMU says of its disks
   */
  public static CopyPlan of(LaunchRecord launch, StorageCopy wanted, List<BlockInfo> devices) {
    List<CopiedImage> copies = new ArrayList<>();
    List<String> obstacles = new ArrayList<>();
    Set<Path> names = new HashSet<>();
    for (BackupSource source : BackupSource.of(launch, devices)) {
      Optional<String> obstacle = obstacle(launch, source);
      if (obstacle.isPresent()) {
        obstacles.add("disk '" + source.disk() + "' cannot be copied: " + obstacle.get());
        continue;
      }
      CopiedImage copy = copy(launch, wanted, source, allocated(launch, source, devices));
      if (!names.add(copy.file())) {
        obstacles.add("two of its images would be '" + copy.file() + "'");
      }
      copies.add(copy);
    }
    return new CopyPlan(copies, obstacles);
  }

  private static CopiedImage copy(
      LaunchRecord launch, StorageCopy wanted, BackupSource source, long allocated) {
    Path here = CopiedDisks.file(launch, source.disk()).orElseThrow();
    Path there =
        wanted.directory().map(directory -> directory.resolve(here.getFileName())).orElse(here);
    return new CopiedImage(
        source.disk(),
        source.node(),
        there,
        ImageFormat.of(source.driver()).orElseThrow(),
        source.size(),
        allocated);
  }

  private static Optional<String> obstacle(LaunchRecord launch, BackupSource source) {
    DeviceRecord device = device(launch, source);
    if (source.encrypted()) {
      return Optional.of("its image is encrypted, and nobody has its key there before the guest");
    }
    Optional<Path> file = CopiedDisks.file(launch, source.disk());
    if (file.isEmpty()) {
      return Optional.of("it is a file that was given open, and has no path");
    }
    if (!device.nodes().get(0).equals(source.node())) {
      return Optional.of("somebody has put node '" + source.node() + "' in its place by hand");
    }
    if (ImageFormat.of(source.driver()).isEmpty()) {
      return Optional.of("its image is " + source.driver() + ", and only qcow2 and raw are copied");
    }
    boolean isInherited =
        launch.inherited().stream().map(InheritedFile::file).anyMatch(file.get()::equals);
    if (isInherited && device.nodes().stream().anyMatch(it -> isBelow(it, source))) {
      return Optional.of("it is on a SATA bus, and its image stands on others");
    }
    return Optional.empty();
  }

  private static boolean isBelow(String node, BackupSource source) {
    return CopiedDisks.isBelow(node, source.disk());
  }

  private static DeviceRecord device(LaunchRecord launch, BackupSource source) {
    return launch.devices().stream()
        .filter(device -> device.kind().equals("disk") && device.name().equals(source.disk()))
        .findFirst()
        .orElseThrow();
  }

  /** What the image and those that it stands on take, and no more than all of the disk. */
  private static long allocated(LaunchRecord launch, BackupSource source, List<BlockInfo> devices) {
    String backend = DiskThrottle.backend(device(launch, source));
    long sum = 0;
    Optional<ImageInfo> image =
        devices.stream()
            .filter(device -> device.qdev().equals(Optional.of(backend)))
            .flatMap(device -> device.inserted().stream())
            .flatMap(node -> node.image().stream())
            .findFirst();
    while (image.isPresent()) {
      sum += image.get().actualSize().orElse(source.size());
      image = image.get().backingImage();
    }
    return Math.min(sum, source.size());
  }
}
