package dev.berth.engine;

import dev.berth.domain.ByteSize;
import dev.berth.engine.thread.Turns;
import dev.berth.error.HostFailureException;
import dev.berth.host.CallOptions;
import dev.berth.host.Images;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One actor's view of the pools and images of an engine: blocking calls over its futures. */
final class ImageVerbs implements Images {
  private final Supplier<HostImages> images;
  private final Supplier<Turns> turns;
  private final String actor;

  /**
   * The view of an actor.
   *
   * @param images the engine's, as long as it is open
   */
  ImageVerbs(Supplier<HostImages> images, Supplier<Turns> turns, String actor) {
    this.images = images;
    this.turns = turns;
    this.actor = actor;
  }

  @Override
  public Pool createPool(PoolName name, Path directory) {
    return wait(() -> images.get().createPool(name, directory, actor), CallOptions.none());
  }

  @Override
  public List<Pool> pools() {
    return wait(() -> images.get().pools(), CallOptions.none());
  }

  @Override
  public Pool pool(PoolName name) {
    return wait(() -> images.get().pool(name), CallOptions.none());
  }

  @Override
  public void deletePool(PoolName name) {
    wait(() -> images.get().deletePool(name, actor), CallOptions.none());
  }

  @Override
  public List<Image> all() {
    return wait(() -> images.get().list(), CallOptions.none());
  }

  @Override
  public Image image(ImageName name) {
    return wait(() -> images.get().image(name), CallOptions.none());
  }

  @Override
  public Job create(ImageName name, ImageRecipe recipe, JobOptions job, CallOptions options) {
    return wait(
        () ->
            images
                .get()
                .begin(
                    kind(recipe.origin()),
                    name,
                    recipe.toString(),
                    planning -> planning.create(name, recipe),
                    job,
                    actor),
        options);
  }

  private static JobKind kind(ImageOrigin origin) {
    if (origin instanceof ImageOrigin.Empty) {
      return JobKind.CREATE_IMAGE;
    }
    return origin instanceof ImageOrigin.ImportedFile ? JobKind.IMPORT_IMAGE : JobKind.CLONE_IMAGE;
  }

  @Override
  public Job resize(
      ImageName name, ByteSize size, Shrinking shrinking, JobOptions job, CallOptions options) {
    return wait(
        () ->
            images
                .get()
                .begin(
                    JobKind.RESIZE_IMAGE,
                    name,
                    size + " " + shrinking,
                    planning -> planning.resize(name, size, shrinking),
                    job,
                    actor),
        options);
  }

  @Override
  public Job check(ImageName name, Repair repair, JobOptions job, CallOptions options) {
    return wait(
        () ->
            images
                .get()
                .begin(
                    JobKind.CHECK_IMAGE,
                    name,
                    repair.text(),
                    planning -> planning.check(name, repair),
                    job,
                    actor),
        options);
  }

  @Override
  public void delete(ImageName name, CallOptions options) {
    HostImages all = images.get();
    Job ended =
        wait(
            () ->
                all.begin(
                        JobKind.DELETE_IMAGE,
                        name,
                        "",
                        planning -> planning.delete(name),
                        JobOptions.none(),
                        actor)
                    .thenCompose(job -> all.owner().await(job)),
            options);
    if (ended.status().state() != JobState.SUCCEEDED) {
      throw new HostFailureException(
          "Image '" + name + "' was not deleted: " + ended.status().detail());
    }
  }

  /** Asks once for each turn. */
  private <T> T wait(Supplier<CompletableFuture<T>> question, CallOptions options) {
    return turns.get().await(question, options);
  }
}
