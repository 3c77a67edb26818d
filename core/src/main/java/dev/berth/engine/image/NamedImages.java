package dev.berth.engine.image;

import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.NearestWord;
import dev.berth.definition.Pluggable;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Looks up the images of pools that disks name: where they are, and how they are written. What is
 * found is the resolved plan's from then on, and goes on record with the launch. Thread-safe.
 */
public final class NamedImages {
  private volatile ImageRegistry registry = new ImageRegistry(new TreeMap<>(), new TreeMap<>());

  /** What is on record from now on. */
  public void publish(ImageRegistry now) {
    registry = now;
  }

  /**
   * The same definition, with all images found.
   *
   * @throws InvalidDefinitionException naming all that are not
   */
  public DomainDefinition found(DomainDefinition definition) {
    return found(definition, disk -> true);
  }

  /**
   * The same definition, with images found.
   *
   * @param needed those whose images have to be; others may stay as they are
   * @throws InvalidDefinitionException naming all of these that are not
   */
  public DomainDefinition found(DomainDefinition definition, Predicate<Disk> needed) {
    ImageRegistry now = registry;
    List<Problem> problems = new ArrayList<>();
    List<Disk> found = new ArrayList<>();
    for (int i = 0; i < definition.disks().size(); i++) {
      Disk disk = definition.disks().get(i);
      List<Problem> its = new ArrayList<>();
      found.add(found(now, disk, "disks[" + i + "].", its));
      if (needed.test(disk)) {
        problems.addAll(its);
      }
    }
    require(definition.name().text(), problems);
    return definition.replacing(
        disk ->
            found.stream()
                .filter(other -> other.name().equals(disk.name()))
                .findFirst()
                .orElseThrow());
  }

  /**
   * The same device; its image is found if it is a disk that names one.
   *
   * @throws InvalidDefinitionException when it is not
   */
  public Pluggable found(Pluggable device) {
    if (!(device instanceof Disk disk)) {
      return device;
    }
    List<Problem> problems = new ArrayList<>();
    Disk found = found(registry, disk, "", problems);
    require("disk '" + disk.name() + "'", problems);
    return found;
  }

  private static void require(String origin, List<Problem> problems) {
    if (!problems.isEmpty()) {
      throw new InvalidDefinitionException(origin, problems);
    }
  }

  /** The file of an image, whether or not it is there; empty when there is no such pool. */
  public static Optional<Path> file(ImageRegistry registry, ImageName image) {
    return Optional.ofNullable(registry.pools().get(image.pool()))
        .map(directory -> directory.resolve(image.file()));
  }

  private static Disk found(
      ImageRegistry registry, Disk disk, String place, List<Problem> problems) {
    if (disk.image().isEmpty()) {
      return disk;
    }
    ImageName image = disk.image().get();
    Optional<ImageFormat> recorded = Optional.ofNullable(registry.images().get(image));
    if (recorded.isEmpty()) {
      problems.add(Problem.at(place + "image", missing(registry, image)));
      return disk;
    }
    DiskFormat format = format(recorded.get());
    if (disk.stated().filter(stated -> stated != format).isPresent()) {
      problems.add(
          Problem.at(
              place + "format",
              "image '" + image + "' is " + recorded.get().text() + ": leave the key out"));
    }
    if (format == DiskFormat.RAW && disk.secret().isPresent()) {
      problems.add(Problem.at(place + "secret", "image '" + image + "' is raw: remove the key"));
    }
    if (format == DiskFormat.RAW && disk.backing() == Backing.FOLLOW) {
      problems.add(Problem.at(place + "backing", "image '" + image + "' is raw: remove the key"));
    }
    return disk.found(file(registry, image).orElseThrow(), format);
  }

  private static String missing(ImageRegistry registry, ImageName image) {
    if (!registry.pools().containsKey(image.pool())) {
      List<String> pools = registry.pools().keySet().stream().map(PoolName::text).toList();
      return "there is no pool '"
          + image.pool()
          + "' on this host"
          + meant(NearestWord.to(image.pool().text(), pools))
          + ": see 'vmctl pool list'";
    }
    List<String> images =
        registry.images().keySet().stream()
            .filter(other -> other.pool().equals(image.pool()))
            .map(ImageName::file)
            .toList();
    return "there is no image '"
        + image
        + "' on record"
        + meant(NearestWord.to(image.file(), images).map(file -> image.pool() + "/" + file))
        + ": see 'vmctl image list'; 'vmctl image import' puts a file of a pool on record";
  }

  private static String meant(Optional<String> nearest) {
    return nearest.map(word -> "; did you mean '" + word + "'?").orElse("");
  }

  private static DiskFormat format(ImageFormat format) {
    return switch (format) {
      case QCOW2 -> DiskFormat.QCOW2;
      case RAW -> DiskFormat.RAW;
    };
  }
}
