package dev.berth.testing;

import dev.berth.domain.ByteSize;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.Images;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.CopyOf;
import dev.berth.image.ImageOrigin.Empty;
import dev.berth.image.ImageOrigin.ImportedFile;
import dev.berth.image.ImageOrigin.OverlayOf;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The pools and images of a {@link MemoryHost}. Jobs about them are done at once. No file is made,
 * and of those that are imported only the size is looked at.
 */
final class MemoryImages implements Images {
  private static final ByteSize NOTHING = new ByteSize(0);

  private final MemoryContents contents;
  private final String actor;
  private final MemoryHostJobs jobs;

  MemoryImages(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
    this.jobs = new MemoryHostJobs(contents, actor);
  }

  @Override
  public Pool createPool(PoolName name, Path directory) {
    synchronized (contents) {
      if (contents.pools().containsKey(name)) {
        throw new AlreadyExistsException("There is a pool '" + name + "' already.");
      }
      boolean nested =
          contents.pools().values().stream()
              .anyMatch(other -> directory.startsWith(other) || other.startsWith(directory));
      if (nested || !Files.isDirectory(directory)) {
        throw new InvalidRequestException("directory: '" + directory + "' cannot be a pool.");
      }
      contents.pools().put(name, directory);
      tell(EventTypes.POOL_CREATED, Map.of("pool", name.text(), "directory", directory.toString()));
      return pool(name);
    }
  }

  @Override
  public List<Pool> pools() {
    synchronized (contents) {
      return contents.pools().keySet().stream().map(this::pool).toList();
    }
  }

  @Override
  public Pool pool(PoolName name) {
    synchronized (contents) {
      long count = contents.images().keySet().stream().filter(it -> it.pool().equals(name)).count();
      return new Pool(
          name,
          directory(name),
          (int) count,
          Optional.of(new Pool.Space(NOTHING, ByteSize.mebibytes(1024))),
          Optional.empty());
    }
  }

  private Path directory(PoolName pool) {
    return Optional.ofNullable(contents.pools().get(pool))
        .orElseThrow(() -> new NotFoundException("There is no pool '" + pool + "'."));
  }

  @Override
  public void deletePool(PoolName name) {
    synchronized (contents) {
      Path directory = directory(name);
      refuseUsed("pool '" + name + "'", file -> file.startsWith(directory));
      contents.images().values().stream()
          .filter(image -> !image.name().pool().equals(name))
          .filter(image -> image.standsOn().filter(it -> it.startsWith(name + "/")).isPresent())
          .findFirst()
          .ifPresent(
              image -> {
                throw new InvalidStateException("Image '" + image.name() + "' stands on it.");
              });
      contents.pools().remove(name);
      contents.images().keySet().removeIf(image -> image.pool().equals(name));
      tell(EventTypes.POOL_DELETED, Map.of("pool", name.text()));
    }
  }

  @Override
  public List<Image> all() {
    synchronized (contents) {
      return List.copyOf(contents.images().values());
    }
  }

  @Override
  public Image image(ImageName name) {
    synchronized (contents) {
      directory(name.pool());
      return Optional.ofNullable(contents.images().get(name))
          .orElseThrow(() -> new NotFoundException("There is no image '" + name + "'."));
    }
  }

  @Override
  public Job create(ImageName name, ImageRecipe recipe, JobOptions job, CallOptions options) {
    synchronized (contents) {
      Path file = directory(name.pool()).resolve(name.file());
      JobKind kind = kind(recipe.origin());
      return jobs.once(kind, name.text(), recipe.toString(), job)
          .orElseGet(
              () -> {
                if (contents.images().containsKey(name)) {
                  throw new AlreadyExistsException("There is an image '" + name + "' already.");
                }
                Image image = image(name, file, recipe);
                Job done = jobs.done(kind, name.text(), recipe.toString(), job, "");
                contents.images().put(name, image);
                tell(EventTypes.IMAGE_CREATED, Map.of("image", name.text()));
                jobs.ended(done);
                return done;
              });
    }
  }

  private static JobKind kind(ImageOrigin origin) {
    if (origin instanceof Empty) {
      return JobKind.CREATE_IMAGE;
    }
    return origin instanceof ImportedFile ? JobKind.IMPORT_IMAGE : JobKind.CLONE_IMAGE;
  }

  private Image image(ImageName name, Path file, ImageRecipe recipe) {
    ImageOrigin origin = recipe.origin();
    if (origin instanceof Empty empty) {
      return made(name, file, recipe.format().orElse(ImageFormat.QCOW2), empty.size());
    }
    if (origin instanceof ImportedFile imported) {
      return made(
          name,
          file,
          recipe.format().or(imported::format).orElse(ImageFormat.RAW),
          size(imported.file()));
    }
    if (origin instanceof CopyOf copy) {
      Image source = image(copy.image());
      return made(
          name,
          file,
          recipe.format().or(source::format).orElseThrow(),
          source.size().orElseThrow());
    }
    Image below = image(((OverlayOf) origin).image());
    return new Image(
        name,
        file,
        Optional.of(ImageFormat.QCOW2),
        below.size(),
        NOTHING,
        Optional.of(below.name().text()),
        Optional.empty());
  }

  private static Image made(ImageName name, Path file, ImageFormat format, ByteSize size) {
    return new Image(
        name,
        file,
        Optional.of(format),
        Optional.of(size),
        NOTHING,
        Optional.empty(),
        Optional.empty());
  }

  private static ByteSize size(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new NotFoundException("There is no file '" + file + "'.");
      }
      return new ByteSize(Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Job resize(
      ImageName name, ByteSize size, Shrinking shrinking, JobOptions job, CallOptions options) {
    ImageOrigin.requireDiskSize(size);
    synchronized (contents) {
      String wish = size + " " + shrinking;
      return jobs.once(JobKind.RESIZE_IMAGE, name.text(), wish, job)
          .orElseGet(
              () -> {
                Image image = image(name);
                boolean shrinks = size.compareTo(image.size().orElseThrow()) < 0;
                if (shrinks && shrinking == Shrinking.REFUSED) {
                  throw new InvalidRequestException("Image '" + name + "' is larger.");
                }
                refuseAbove("resize", name);
                Job done = jobs.done(JobKind.RESIZE_IMAGE, name.text(), wish, job, "");
                Image resized = made(name, image.file(), image.format().orElseThrow(), size);
                contents.images().put(name, resized);
                jobs.ended(done);
                return done;
              });
    }
  }

  @Override
  public Job check(ImageName name, Repair repair, JobOptions job, CallOptions options) {
    synchronized (contents) {
      return jobs.once(JobKind.CHECK_IMAGE, name.text(), repair.text(), job)
          .orElseGet(
              () -> {
                if (image(name).format().equals(Optional.of(ImageFormat.RAW))) {
                  throw new InvalidRequestException("Image '" + name + "' is raw.");
                }
                Job done =
                    jobs.done(JobKind.CHECK_IMAGE, name.text(), repair.text(), job, "no errors");
                jobs.ended(done);
                return done;
              });
    }
  }

  @Override
  public void delete(ImageName name, CallOptions options) {
    synchronized (contents) {
      Image image = image(name);
      refuseUsed("image '" + name + "'", image.file()::equals);
      refuseAbove("delete", name);
      Job done = jobs.done(JobKind.DELETE_IMAGE, name.text(), "", JobOptions.none(), "");
      contents.images().remove(name);
      tell(EventTypes.IMAGE_DELETED, Map.of("image", name.text()));
      jobs.ended(done);
    }
  }

  private void refuseUsed(String what, Predicate<Path> isIt) {
    contents.domains().values().stream()
        .filter(
            domain ->
                domain.definition().disks().stream()
                    .anyMatch(
                        disk -> MemoryNamedImages.file(contents, disk).filter(isIt).isPresent()))
        .findFirst()
        .ifPresent(
            domain -> {
              throw new InvalidStateException(
                  "Cannot delete "
                      + what
                      + ": the definition of domain '"
                      + domain.definition().name()
                      + "' refers to it.");
            });
  }

  private void refuseAbove(String verb, ImageName name) {
    contents.images().values().stream()
        .filter(other -> other.standsOn().equals(Optional.of(name.text())))
        .findFirst()
        .ifPresent(
            other -> {
              throw new InvalidStateException(
                  "Cannot "
                      + verb
                      + " image '"
                      + name
                      + "': image '"
                      + other.name()
                      + "' stands on it.");
            });
  }

  private void tell(String type, Map<String, String> attributes) {
    contents.events().add(type, actor, attributes);
    contents.notifyAll();
  }
}
