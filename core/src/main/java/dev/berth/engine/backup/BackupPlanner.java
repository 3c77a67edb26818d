package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.backup.Extent;
import dev.berth.domain.DomainName;
import dev.berth.engine.backup.BackupPlan.Basis;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Compression;
import dev.berth.job.JobId;
import dev.berth.machine.TargetFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides what a backup does: which disks, which of them in full, and by which bitmaps the others.
 * Pure.
 *
 * <p>An image can stand on that of an earlier backup when every write since then is noted: when the
 * bitmap that began with that backup and all that came after it are in the disk's image and of use,
 * and the last of them is the one that is noted in now.
 */
public final class BackupPlanner {
  /**
   * As many images stand on one another at most. Restoring opens all of them at once, and each
   * costs some 35 MiB of addresses and a file.
   */
  static final int MOST_IMAGES = 250;

  private final DomainName domain;
  private final BackupRequest request;
  private final JobId job;
  private final List<Backup> known;
  private final Map<String, TargetFile> targets;
  private final Map<BackupName, Backup> byName = new HashMap<>();

  /**
   * For one request.
   *
   * @param job that is to do it
   * @param known the domain's backups in the same directory, whose images are there
   */
  public BackupPlanner(DomainName domain, BackupRequest request, JobId job, List<Backup> known) {
    this(domain, request, job, known, Map.of());
  }

  /**
   * For one request that gives files.
   *
   * @param targets what they are, by the names of the disks
   */
  public BackupPlanner(
      DomainName domain,
      BackupRequest request,
      JobId job,
      List<Backup> known,
      Map<String, TargetFile> targets) {
    this.targets = targets;
    this.domain = domain;
    this.request = request;
    this.job = job;
    this.known =
        known.stream()
            .sorted(Comparator.comparingLong((Backup it) -> it.origin().sequence()).reversed())
            .toList();
    this.known.forEach(backup -> byName.put(backup.name(), backup));
  }

  /**
   * The plan.
   *
   * @param sources the disks that the guest can write to
   * @throws InvalidRequestException when a disk is named that is none of those, or there is none
   * @throws NotFoundException when a backup is named that is not there
   * @throws InvalidStateException when it cannot be built on, or a disk cannot be backed up
   */
  public BackupPlan plan(List<BackupSource> sources) {
    List<BackupSource> chosen = chosen(domain, request.disks(), sources);
    GivenFileRules.check(request, targets, chosen);
    long sequence = 1 + Math.max(lastKnown(), lastMarked(sources));
    List<OfDisk> disks = new ArrayList<>();
    for (BackupSource source : chosen) {
      disks.add(disk(source, sequence));
    }
    return new BackupPlan(
        sequence,
        request.pace().bytesPerSecond(),
        request.pace().compression() == Compression.ZLIB,
        disks);
  }

  /**
   * Those of the disks that are wanted.
   *
   * @param wanted names; none for all
   * @throws InvalidRequestException when one is named that is none of those, or there is none
   */
  public static List<BackupSource> chosen(
      DomainName domain, Set<String> wanted, List<BackupSource> sources) {
    Set<String> there = sources.stream().map(BackupSource::disk).collect(Collectors.toSet());
    Set<String> absent = new TreeSet<>(wanted);
    absent.removeAll(there);
    if (!absent.isEmpty() || sources.isEmpty()) {
      throw new InvalidRequestException(
          "disks: domain '"
              + domain
              + "' has no disk "
              + (absent.isEmpty() ? "" : String.join(", ", absent) + " ")
              + "that the guest can write to; it has "
              + (there.isEmpty() ? "none" : String.join(", ", new TreeSet<>(there)))
              + ".");
    }
    return sources.stream()
        .filter(source -> wanted.isEmpty() || wanted.contains(source.disk()))
        .toList();
  }

  private long lastKnown() {
    return known.stream().mapToLong(backup -> backup.origin().sequence()).max().orElse(0);
  }

  /** The number of the last of which there is a mark. */
  static long lastMarked(List<BackupSource> sources) {
    return sources.stream()
        .flatMap(source -> source.checkpoints().stream())
        .mapToLong(Checkpoint::sequence)
        .max()
        .orElse(0);
  }

  private OfDisk disk(BackupSource source, long sequence) {
    requirePlain(domain, source);
    if (targets.containsKey(source.disk())) {
      return given(source, targets.get(source.disk()));
    }
    Found found = basis(source);
    if (found.basis().isEmpty() && request.wanted().since().isPresent()) {
      throw new InvalidStateException(
          "Cannot back up disk '"
              + source.disk()
              + "' of domain '"
              + domain
              + "' since '"
              + request.wanted().since().get()
              + "': "
              + found.why()
              + ". Make a full backup.");
    }
    return new OfDisk(
        source.disk(),
        source.node(),
        source.size(),
        request.format(),
        found.basis(),
        found.why(),
        source.beginsCheckpoints() ? Optional.of(marks(source, sequence, job)) : Optional.empty(),
        Optional.empty());
  }

  /** No mark begins with it, for nothing will stand on it. */
  private OfDisk given(BackupSource source, TargetFile target) {
    return new OfDisk(
        source.disk(),
        source.node(),
        source.size(),
        request.format(),
        Optional.empty(),
        "",
        Optional.empty(),
        Optional.of(target));
  }

  /** Refuses a disk whose backup would not be encrypted as it is. */
  static void requirePlain(DomainName domain, BackupSource source) {
    if (source.encrypted()) {
      throw new InvalidStateException(
          "Cannot back up disk '"
              + source.disk()
              + "' of domain '"
              + domain
              + "': its image is encrypted, and the backup would not be. Leave it out.");
    }
  }

  /** What becomes of a disk's marks when a job begins. */
  static Marks marks(BackupSource source, long sequence, JobId job) {
    return new Marks(
        Checkpoint.bitmap(sequence, job, source.disk()),
        source.recording().map(Checkpoint::bitmap),
        useless(source));
  }

  /** Those that are broken, and all before them: what was written since they began is not known. */
  private static List<String> useless(BackupSource source) {
    long newest =
        source.checkpoints().stream()
            .filter(Checkpoint::inconsistent)
            .mapToLong(Checkpoint::sequence)
            .max()
            .orElse(0);
    return source.checkpoints().stream()
        .filter(it -> it.sequence() <= newest)
        .map(Checkpoint::bitmap)
        .toList();
  }

  // ---- what it can stand on

  /** What an image can stand on, or why it cannot. */
  private record Found(Optional<Basis> basis, String why) {
    static Found nothing(String why) {
      return new Found(Optional.empty(), why);
    }
  }

  /** Why the next image of a disk would be full; empty when it could stand on another. */
  String obstacle(BackupSource source) {
    return basis(source).why();
  }

  private Found basis(BackupSource source) {
    if (request.wanted().extent() == Extent.FULL) {
      return Found.nothing("");
    }
    if (!source.keepsCheckpoints()) {
      return Found.nothing("a " + source.driver() + " image keeps no note of what is written");
    }
    if (source.hasThread()) {
      return Found.nothing("its iothread writes while one note takes the place of the other");
    }
    Optional<BackupName> since = request.wanted().since();
    Stream<Backup> candidates =
        known.stream()
            .filter(backup -> since.isEmpty() || since.get().equals(backup.name()))
            .filter(backup -> image(backup, source.disk()).isPresent());
    Optional<Backup> latest = candidates.findFirst();
    if (latest.isEmpty()) {
      if (since.isPresent() && !byName.containsKey(since.get())) {
        throw new NotFoundException(
            "There is no backup '"
                + since.get()
                + "' of domain '"
                + domain
                + "' in "
                + request.directory()
                + ".");
      }
      return Found.nothing("no earlier backup in " + request.directory() + " has this disk");
    }
    return basis(source, latest.get());
  }

  /** What others can stand on. */
  private static Optional<BackedUpDisk> image(Backup backup, String disk) {
    return backup.disk(disk).filter(BackedUpDisk::isInFolder);
  }

  private static String mark(Backup backup, String disk) {
    return Checkpoint.bitmap(backup.origin().sequence(), backup.origin().job(), disk);
  }

  /** Whether a backup after that one has begun a mark on the disk that is not there any more. */
  private boolean misses(Backup backup, BackupSource source, Set<String> marks) {
    return known.stream()
        .takeWhile(later -> later.origin().sequence() > backup.origin().sequence())
        .filter(later -> image(later, source.disk()).isPresent())
        .anyMatch(later -> !marks.contains(mark(later, source.disk())));
  }

  /** How many images that of a backup is together with those below; 0 when one is not there. */
  private int images(Backup backup, String disk) {
    Optional<BackedUpDisk> image = image(backup, disk);
    for (int count = 1; image.isPresent() && count <= known.size(); count++) {
      if (image.get().since().isEmpty()) {
        return count;
      }
      image =
          Optional.ofNullable(byName.get(image.get().since().get()))
              .flatMap(below -> image(below, disk));
    }
    return 0;
  }

  private Found basis(BackupSource source, Backup backup) {
    BackedUpDisk image = image(backup, source.disk()).orElseThrow();
    int images = images(backup, source.disk());
    if (images == 0) {
      return Found.nothing(
          "an image that backup '" + backup.name() + "' stands on is not there any more");
    }
    if (images >= MOST_IMAGES) {
      return Found.nothing(
          "the chain that ends with backup '"
              + backup.name()
              + "' is "
              + images
              + " images long, and "
              + MOST_IMAGES
              + " is the most");
    }
    Set<String> marks =
        source.checkpoints().stream().map(Checkpoint::bitmap).collect(Collectors.toSet());
    if (!marks.contains(mark(backup, source.disk()))) {
      return Found.nothing(
          "its image has no note of what was written since backup '" + backup.name() + "'");
    }
    List<Checkpoint> since =
        source.checkpoints().stream()
            .filter(it -> it.sequence() >= backup.origin().sequence())
            .toList();
    if (misses(backup, source, marks)) {
      return Found.nothing(
          "some notes of what was written since backup '" + backup.name() + "' are gone");
    }
    if (since.stream().anyMatch(Checkpoint::inconsistent)) {
      return Found.nothing(
          "what was written since backup '"
              + backup.name()
              + "' is not known: QEMU was killed or has crashed, and did not save its notes");
    }
    if (!since.get(since.size() - 1).recording()) {
      return Found.nothing(
          "nothing has noted what was written since backup '" + backup.name() + "'");
    }
    if (image.content().size().bytes() > source.size()) {
      return Found.nothing("the disk was larger at the time of backup '" + backup.name() + "'");
    }
    return new Found(
        Optional.of(
            new Basis(
                backup.name(),
                image.file(),
                image.format(),
                since.stream().map(Checkpoint::bitmap).toList())),
        "");
  }
}
