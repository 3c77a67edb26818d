package dev.berth.engine;

import dev.berth.domain.ByteSize;
import dev.berth.domain.EventTypes;
import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.image.ImageRegistry;
import dev.berth.engine.step.JobOwner;
import dev.berth.engine.thread.EngineThreads;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.JobOptions;
import dev.berth.image.FoundImage;
import dev.berth.image.Image;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Qcow2Header;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.store.Change;
import dev.berth.store.StoredPool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The pools and images of one host. Thread-safe. What storage may hold up is done by the patient
 * threads, jobs by {@code berth-image-N}.
 */
final class HostImages {
  /** What reads and writes whole images: more at a time only get in each other's way. */
  private static final int THREADS = 4;

  private final HostServices host;
  private final ImageFiles files;
  private final Domains domains;
  private final ImageLedger ledger;
  private final ImageJobs jobs;
  private final ExecutorService threads;

  /**
   * Those of a host.
   *
   * @param ledger in which they are, for no one else but the jobs about backups
   */
  HostImages(HostServices host, ImageFiles files, Domains domains, ImageLedger ledger) {
    this.host = host;
    this.files = files;
    this.domains = domains;
    this.ledger = ledger;
    this.threads = EngineThreads.elasticPool("berth-image", THREADS);
    this.jobs = new ImageJobs(host, ledger, files, this::planning, threads);
  }

  /** Takes up what an earlier host has left. Returns at once. */
  void open() {
    jobs.recover();
  }

  /** The jobs about images, for whoever asks about them. */
  JobOwner owner() {
    return jobs;
  }

  /** The jobs as last published, the oldest first. Any thread; never waits. */
  List<Job> published() {
    return ledger.jobs().published();
  }

  // ---- pools

  CompletableFuture<Pool> createPool(PoolName name, Path directory, String actor) {
    return aside(() -> files.poolDirectory(directory))
        .thenCompose(
            real ->
                ledger.turn(
                    turn -> {
                      requireFree(turn.registry(), name, real);
                      return turn.record(
                          Entry.by(actor)
                              .change(new Change.PutPool(new StoredPool(name, real)))
                              .event(
                                  EventTypes.POOL_CREATED,
                                  Map.of("pool", name.text(), "directory", real.toString())));
                    }))
        .thenCompose(done -> pool(name));
  }

  private static void requireFree(ImageRegistry registry, PoolName name, Path directory) {
    if (registry.pools().containsKey(name)) {
      throw new AlreadyExistsException(
          "Pool '" + name + "' exists already, in " + registry.pools().get(name) + ".");
    }
    registry
        .pools()
        .forEach(
            (other, taken) -> {
              if (directory.startsWith(taken) || taken.startsWith(directory)) {
                throw new InvalidRequestException(
                    "directory: '"
                        + directory
                        + "' cannot be a pool: pool '"
                        + other
                        + "' is in "
                        + taken
                        + ", and no pool is inside another.");
              }
            });
  }

  CompletableFuture<List<Pool>> pools() {
    return aside(() -> ledger.registry().pools().keySet().stream().map(this::look).toList());
  }

  CompletableFuture<Pool> pool(PoolName name) {
    return aside(() -> look(name));
  }

  private Pool look(PoolName name) {
    ImageRegistry registry = ledger.registry();
    Path directory = registry.directory(name);
    int known =
        (int) registry.images().keySet().stream().filter(it -> it.pool().equals(name)).count();
    try {
      long allocated =
          files.scan(directory).stream().mapToLong(found -> found.allocated().bytes()).sum();
      Pool.Space space = new Pool.Space(new ByteSize(allocated), files.free(directory));
      return new Pool(name, directory, known, Optional.of(space), Optional.empty());
    } catch (BerthException unreadable) {
      return new Pool(
          name, directory, known, Optional.empty(), Optional.ofNullable(unreadable.getMessage()));
    }
  }

  CompletableFuture<Void> deletePool(PoolName name, String actor) {
    return aside(() -> users().ofPool(name))
        .thenCompose(
            by -> {
              if (!by.isEmpty()) {
                throw new InvalidStateException(
                    "Cannot delete pool '"
                        + name
                        + "': it is in use by "
                        + String.join(", ", by)
                        + ".");
              }
              return ledger.turn(
                  turn -> {
                    turn.registry().directory(name);
                    ImageClaims.check(turn.jobs().running(), name, host.now());
                    return turn.record(
                        Entry.by(actor)
                            .change(new Change.RemovePool(name))
                            .event(EventTypes.POOL_DELETED, Map.of("pool", name.text())));
                  });
            });
  }

  // ---- images

  CompletableFuture<List<Image>> list() {
    return aside(
        () -> {
          List<Image> images = new ArrayList<>();
          ledger.registry().pools().keySet().forEach(pool -> images.addAll(imagesOf(pool)));
          return List.copyOf(images);
        });
  }

  /** Of a directory that cannot be read there is what is on record. */
  private List<Image> imagesOf(PoolName pool) {
    ImageRegistry registry = ledger.registry();
    Map<ImageName, Image> images = new TreeMap<>();
    String missing = "its file is missing";
    try {
      for (FoundImage found : files.scan(registry.directory(pool))) {
        Image image = image(registry, pool, found);
        images.put(image.name(), image);
      }
    } catch (BerthException unreadable) {
      missing = String.valueOf(unreadable.getMessage());
    }
    for (ImageName name : registry.images().keySet()) {
      if (name.pool().equals(pool) && !images.containsKey(name)) {
        images.put(name, missing(registry, name, missing));
      }
    }
    return List.copyOf(images.values());
  }

  CompletableFuture<Image> image(ImageName name) {
    return aside(
        () -> {
          ImageRegistry registry = ledger.registry();
          Path file = registry.file(name);
          try {
            return image(registry, name.pool(), files.look(file));
          } catch (NotFoundException gone) {
            registry.format(name);
            return missing(registry, name, "its file is missing");
          }
        });
  }

  private static Image missing(ImageRegistry registry, ImageName name, String problem) {
    return new Image(
        name,
        registry.file(name),
        Optional.of(registry.format(name)),
        Optional.empty(),
        new ByteSize(0),
        Optional.empty(),
        Optional.of(problem));
  }

  private static Image image(ImageRegistry registry, PoolName pool, FoundImage found) {
    ImageName name = new ImageName(pool, String.valueOf(found.file().getFileName()));
    Optional<ImageFormat> format = Optional.ofNullable(registry.images().get(name));
    boolean isQcow2 = format.equals(Optional.of(ImageFormat.QCOW2));
    Optional<String> below =
        found
            .backing()
            .filter(file -> isQcow2)
            .map(file -> registry.named(file).map(ImageName::text).orElse(file.toString()));
    return new Image(
        name,
        found.file(),
        format,
        size(found, format),
        found.allocated(),
        below,
        problem(found, format));
  }

  private static Optional<ByteSize> size(FoundImage found, Optional<ImageFormat> format) {
    if (format.isEmpty()) {
      return Optional.empty();
    }
    return switch (format.get()) {
      case RAW -> Optional.of(new ByteSize(found.bytes()));
      case QCOW2 ->
          found
              .header()
              .map(Qcow2Header::virtualSize)
              .filter(bytes -> bytes >= 0)
              .map(ByteSize::new);
    };
  }

  private static Optional<String> problem(FoundImage found, Optional<ImageFormat> format) {
    if (format.isEmpty()) {
      return Optional.of("it is not on record");
    }
    if (format.get() == ImageFormat.RAW) {
      return Optional.empty();
    }
    return found.header().isEmpty()
        ? Optional.of("it is not qcow2 any more")
        : found.header().get().obstacle().map(why -> "it " + why);
  }

  /**
   * Begins a job.
   *
   * @param wish what the same call says again
   * @param planned what it is to do
   */
  CompletableFuture<Job> begin(
      JobKind kind,
      ImageName image,
      String wish,
      Function<ImagePlanning, ImagePlan> planned,
      JobOptions options,
      String actor) {
    return jobs.same(options, kind, image, wish)
        .thenCompose(
            same ->
                same.isPresent()
                    ? CompletableFuture.completedFuture(same.get())
                    : aside(() -> planned.apply(planning()))
                        .thenCompose(plan -> jobs.begin(plan, planned, options, actor)));
  }

  private ImagePlanning planning() {
    return new ImagePlanning(files, ledger.registry(), users());
  }

  /** Who uses images, by what is on record now. Any thread. */
  ImageUsers users() {
    return new ImageUsers(files, domains::all, ledger.registry());
  }

  private <T> CompletableFuture<T> aside(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, host.patient());
  }

  /** Ends what is under way, which then is on record as interrupted, and the threads. */
  void close(Duration patience) throws InterruptedException {
    jobs.interrupt();
    threads.shutdown();
    if (!threads.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      threads.shutdownNow();
    }
    ledger.close();
  }
}
