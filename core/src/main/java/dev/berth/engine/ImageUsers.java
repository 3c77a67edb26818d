package dev.berth.engine;

import dev.berth.definition.Boot;
import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainSnapshot;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.image.FilesInChange;
import dev.berth.engine.image.ImageRegistry;
import dev.berth.engine.image.NamedImages;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.BerthException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.job.JobKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Who refers to files of images: definitions of domains, machines that run, what stands in for
 * some, images that stand on them. Counted anew each time from what is on record and from the
 * images' headers, so that no count can be wrong. Reads headers: for threads that storage may hold
 * up.
 */
final class ImageUsers {
  /** A domain, as far as it refers to files. Any thread; never waits. */
  interface Domain {
    DomainSnapshot snapshot();

    /** Its definition, if that can be read. */
    Optional<DomainDefinition> readable();

    /** The files that its machine has open, or is about to open, or has to find as they are. */
    Stream<Path> opened();

    /** The images that its jobs read without a machine. */
    Stream<Path> readByJobs();

    List<KeptJob> jobsUnderWay();
  }

  /** As many layers as a machine may have. */
  private static final int MOST_LAYERS = 32;

  private final ImageFiles files;
  private final Supplier<? extends List<? extends Domain>> domains;
  private final ImageRegistry registry;

  ImageUsers(
      ImageFiles files,
      Supplier<? extends List<? extends Domain>> domains,
      ImageRegistry registry) {
    this.files = files;
    this.domains = domains;
    this.registry = registry;
  }

  /** Everybody who refers to that file, each as a phrase. */
  List<String> of(Path file) {
    Predicate<Path> isIt = other -> FilesInChange.isSame(file, other);
    List<String> users = new ArrayList<>(openers(isIt));
    users.addAll(definitions(isIt));
    users.addAll(images(isIt, found -> true));
    return users;
  }

  /** The image of a pool whose file that is; empty when it is none on record. */
  Optional<ImageName> pooled(Path file) {
    return registry.named(file);
  }

  /** Everybody outside of a pool who refers to what is in it. */
  List<String> ofPool(PoolName pool) {
    Path directory = registry.directory(pool);
    Predicate<Path> isIn = other -> isBelow(directory, other);
    List<String> users = new ArrayList<>(openers(isIn));
    users.addAll(definitions(isIn));
    users.addAll(images(isIn, found -> !found.file().startsWith(directory)));
    return users;
  }

  /**
   * The machines, and what stands in for some, that have that file open, and the restores that
   * write it; each as a phrase.
   */
  List<String> machinesOf(Path file) {
    return openers(other -> FilesInChange.isSame(file, other));
  }

  /**
   * The same, of other domains than that.
   *
   * @param but the domain whose file it is
   */
  List<String> machinesOf(Path file, UUID but) {
    return openers(
        other -> FilesInChange.isSame(file, other),
        domain -> !domain.snapshot().uuid().equals(but));
  }

  /**
   * Everybody for whom another content of that file would be wrong: machines that have it open,
   * what stands on it, and jobs of other domains that write it.
   *
   * @param but the domain whose file it is
   */
  List<String> inTheWayOf(Path file, UUID but) {
    Predicate<Path> isIt = other -> FilesInChange.isSame(file, other);
    List<String> users = new ArrayList<>(machines(isIt, domain -> true));
    users.addAll(images(isIt, found -> true));
    for (Domain domain : domains.get()) {
      String name = "'" + domain.snapshot().name() + "'";
      if (domain.readable().stream().flatMap(this::named).anyMatch(path -> standsOn(path, isIt))) {
        users.add("the definition of domain " + name + " has an image that stands on it");
      }
      if (!domain.snapshot().uuid().equals(but) && restored(domain).anyMatch(isIt)) {
        users.add("a restore of domain " + name + " writes it");
      }
    }
    return users;
  }

  private List<String> openers(Predicate<Path> isIt) {
    return openers(isIt, domain -> true);
  }

  private List<String> openers(Predicate<Path> isIt, Predicate<Domain> ofThese) {
    List<String> users = new ArrayList<>(machines(isIt, ofThese));
    for (Domain domain : domains.get().stream().filter(ofThese).toList()) {
      if (restored(domain).anyMatch(isIt)) {
        users.add("the restore of domain '" + domain.snapshot().name() + "' that is under way");
      }
    }
    return users;
  }

  private static Stream<Path> restored(Domain domain) {
    return domain.jobsUnderWay().stream()
        .filter(job -> BackupJobRow.kind(job) == JobKind.RESTORE_BACKUP)
        .flatMap(job -> BackupJobRow.plan(job).disks().stream())
        .map(RestorePlan.OfDisk::file);
  }

  /** The images that stand on that file, each as a phrase. */
  List<String> imagesOn(Path file) {
    return images(other -> FilesInChange.isSame(file, other), found -> true);
  }

  private List<String> machines(Predicate<Path> isIt, Predicate<Domain> ofThese) {
    List<String> users = new ArrayList<>();
    for (Domain domain : domains.get().stream().filter(ofThese).toList()) {
      if (domain.opened().anyMatch(isIt)) {
        users.add("the machine of domain '" + domain.snapshot().name() + "'");
      }
      if (domain.readByJobs().anyMatch(isIt)) {
        users.add("a job of domain '" + domain.snapshot().name() + "' that has it open");
      }
    }
    return users;
  }

  private List<String> definitions(Predicate<Path> isIt) {
    return domains.get().stream()
        .filter(
            domain ->
                domain.readable().stream()
                    .flatMap(this::named)
                    .anyMatch(path -> isIt.test(path) || standsOn(path, isIt)))
        .map(domain -> "the definition of domain '" + domain.snapshot().name() + "'")
        .toList();
  }

  private Stream<Path> named(DomainDefinition definition) {
    Stream<Path> disks = definition.disks().stream().map(this::file).flatMap(Optional::stream);
    return definition.boot() instanceof Boot.Kernel boot
        ? Stream.concat(disks, Stream.concat(Stream.of(boot.kernel()), boot.initrd().stream()))
        : disks;
  }

  private Optional<Path> file(Disk disk) {
    return disk.image().isPresent() ? NamedImages.file(registry, disk.image().get()) : disk.file();
  }

  /** Images of all pools that stand on it. */
  private List<String> images(Predicate<Path> isIt, Predicate<FoundImage> which) {
    List<String> users = new ArrayList<>();
    for (Map.Entry<PoolName, Path> pool : registry.pools().entrySet()) {
      files.scan(pool.getValue()).stream()
          .filter(which)
          .filter(found -> found.backing().filter(isIt).isPresent())
          .forEach(
              found ->
                  users.add(
                      "image '"
                          + pool.getKey()
                          + "/"
                          + found.file().getFileName()
                          + "' stands on it"));
    }
    return users;
  }

  /** Whether an image that may be in no pool stands on it, by way of others or not. */
  private boolean standsOn(Path image, Predicate<Path> isIt) {
    Path next = image;
    for (int layer = 0; layer < MOST_LAYERS; layer++) {
      Optional<Path> backing = backing(next);
      if (backing.isEmpty()) {
        return false;
      }
      if (isIt.test(backing.get())) {
        return true;
      }
      next = backing.get();
    }
    return false;
  }

  private Optional<Path> backing(Path image) {
    try {
      return files.look(image).backing();
    } catch (BerthException unreadable) {
      return Optional.empty(); // what is not there refers to nothing
    }
  }

  private static boolean isBelow(Path directory, Path other) {
    if (other.startsWith(directory)) {
      return true;
    }
    try {
      return other.toRealPath().startsWith(directory);
    } catch (IOException notThere) {
      return false;
    }
  }
}
