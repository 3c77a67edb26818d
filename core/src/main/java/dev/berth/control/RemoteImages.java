package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.host.CallOptions;
import dev.berth.host.Images;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The pools and images of a host in another process, over its connection. Thread-safe. */
final class RemoteImages implements Images {
  private final RemoteHost host;

  RemoteImages(RemoteHost host) {
    this.host = host;
  }

  @Override
  public Pool createPool(PoolName name, Path directory) {
    ObjectNode params = ImageArguments.pool(name);
    params.put(ImageArguments.DIRECTORY, directory.toString());
    return host.change(ImageMethods.CREATE_POOL, params, CallOptions.none(), ImageCodec::pool);
  }

  @Override
  public List<Pool> pools() {
    return host.read(ImageMethods.POOLS, Json.object(), ImageCodec::pools);
  }

  @Override
  public Pool pool(PoolName name) {
    return host.read(ImageMethods.POOL, ImageArguments.pool(name), ImageCodec::pool);
  }

  @Override
  public void deletePool(PoolName name) {
    host.change(
        ImageMethods.DELETE_POOL,
        ImageArguments.pool(name),
        CallOptions.none(),
        Function.identity());
  }

  @Override
  public List<Image> all() {
    return host.read(ImageMethods.IMAGES, Json.object(), ImageCodec::images);
  }

  @Override
  public Image image(ImageName name) {
    return host.read(ImageMethods.IMAGE, ImageArguments.image(name), ImageCodec::image);
  }

  @Override
  public Job create(ImageName name, ImageRecipe recipe, JobOptions job, CallOptions options) {
    ObjectNode params = ImageArguments.image(name);
    ImageArguments.recipe(params, recipe);
    return begin(ImageArguments.method(recipe.origin()), params, job, options);
  }

  @Override
  public Job resize(
      ImageName name, ByteSize size, Shrinking shrinking, JobOptions job, CallOptions options) {
    ObjectNode params = ImageArguments.image(name);
    params.put(AdjustMethods.SIZE, size.bytes());
    params.put(AdjustMethods.SHRINKING, WireText.of(shrinking));
    return begin(ImageMethods.RESIZE, params, job, options);
  }

  @Override
  public Job check(ImageName name, Repair repair, JobOptions job, CallOptions options) {
    ObjectNode params = ImageArguments.image(name);
    params.put(ImageArguments.REPAIR, WireText.of(repair));
    return begin(ImageMethods.CHECK, params, job, options);
  }

  private Job begin(String method, ObjectNode params, JobOptions job, CallOptions options) {
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return host.change(method, params, options, JobCodec::read);
  }

  @Override
  public void delete(ImageName name, CallOptions options) {
    ObjectNode params = ImageArguments.image(name);
    ArgumentCodec.options(params, options);
    host.change(ImageMethods.DELETE, params, options, Function.identity());
  }
}
