package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.host.Shrinking;
import dev.berth.host.VmHost;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Repair;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.util.Set;
import java.util.function.Function;

/** The methods about pools and images. */
final class ImageMethods {
  static final String CREATE_POOL = "pool.create";
  static final String POOLS = "pool.list";
  static final String POOL = "pool.get";
  static final String DELETE_POOL = "pool.delete";
  static final String CREATE = "image.create";
  static final String IMPORT = "image.import";
  static final String CLONE = "image.clone";
  static final String LINK = "image.link";
  static final String IMAGES = "image.list";
  static final String IMAGE = "image.get";
  static final String RESIZE = "image.resize";
  static final String CHECK = "image.check";
  static final String DELETE = "image.delete";

  /** What a client may call that may only look. */
  static final Set<String> READING = Set.of(POOLS, POOL, IMAGES, IMAGE);

  private final Methods methods;

  ImageMethods(Methods methods) {
    this.methods = methods;
  }

  void add() {
    addPools();
    methods.call(IMAGES, (host, params) -> ImageCodec.images(host.images().all()));
    methods.call(
        IMAGE,
        (host, params) -> ImageCodec.write(host.images().image(ImageArguments.image(params))),
        ImageArguments.IMAGE);
    addMaking();
    methods.call(
        RESIZE,
        ImageMethods::resize,
        ImageArguments.IMAGE,
        AdjustMethods.SIZE,
        AdjustMethods.SHRINKING,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        CHECK,
        ImageMethods::check,
        ImageArguments.IMAGE,
        ImageArguments.REPAIR,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        DELETE,
        (host, params) -> {
          host.images().delete(ImageArguments.image(params), ArgumentCodec.options(params));
          return Json.object();
        },
        ImageArguments.IMAGE,
        ArgumentCodec.DEADLINE);
  }

  private void addMaking() {
    methods.call(
        CREATE,
        making(ImageArguments::empty),
        ImageArguments.IMAGE,
        AdjustMethods.SIZE,
        ImageArguments.FORMAT,
        ImageArguments.PREALLOCATION,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        IMPORT,
        making(ImageArguments::imported),
        ImageArguments.IMAGE,
        ImageArguments.FILE,
        ImageArguments.FILE_FORMAT,
        ImageArguments.FORMAT,
        ImageArguments.COMPRESSION,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        CLONE,
        making(ImageArguments::copy),
        ImageArguments.IMAGE,
        ImageArguments.SOURCE,
        ImageArguments.FORMAT,
        ImageArguments.COMPRESSION,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    methods.call(
        LINK,
        making(ImageArguments::overlay),
        ImageArguments.IMAGE,
        ImageArguments.SOURCE,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
  }

  private static Method.Handler making(Function<Params, ImageRecipe> recipe) {
    return (host, params) ->
        JobCodec.write(
            host.images()
                .create(
                    ImageArguments.image(params),
                    recipe.apply(params),
                    JobArguments.options(params),
                    ArgumentCodec.options(params)));
  }

  private void addPools() {
    methods.call(
        CREATE_POOL,
        (host, params) ->
            ImageCodec.write(
                host.images()
                    .createPool(
                        ImageArguments.pool(params),
                        ArgumentCodec.absolutePath(params, ImageArguments.DIRECTORY))),
        ImageArguments.POOL,
        ImageArguments.DIRECTORY);
    methods.call(POOLS, (host, params) -> ImageCodec.pools(host.images().pools()));
    methods.call(
        POOL,
        (host, params) -> ImageCodec.write(host.images().pool(ImageArguments.pool(params))),
        ImageArguments.POOL);
    methods.call(
        DELETE_POOL,
        (host, params) -> {
          host.images().deletePool(ImageArguments.pool(params));
          return Json.object();
        },
        ImageArguments.POOL);
  }

  private static JsonNode resize(VmHost host, Params params) {
    return JobCodec.write(
        host.images()
            .resize(
                ImageArguments.image(params),
                AdjustMethods.size(params),
                params
                    .optionalConstant(AdjustMethods.SHRINKING, Shrinking.class)
                    .orElse(Shrinking.REFUSED),
                JobArguments.options(params),
                ArgumentCodec.options(params)));
  }

  private static JsonNode check(VmHost host, Params params) {
    return JobCodec.write(
        host.images()
            .check(
                ImageArguments.image(params),
                params.optionalConstant(ImageArguments.REPAIR, Repair.class).orElse(Repair.NONE),
                JobArguments.options(params),
                ArgumentCodec.options(params)));
  }
}
