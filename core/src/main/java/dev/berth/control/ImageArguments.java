package dev.berth.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.CopyOf;
import dev.berth.image.ImageOrigin.Empty;
import dev.berth.image.ImageOrigin.ImportedFile;
import dev.berth.image.ImageOrigin.OverlayOf;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe;
import dev.berth.image.ImageRecipe.Compression;
import dev.berth.image.PoolName;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * The arguments of calls about pools and images as parameters. A new image has a method for each
 * kind of origin, so that each takes only what means something there.
 */
final class ImageArguments {
  static final String POOL = "pool";
  static final String DIRECTORY = "directory";
  static final String IMAGE = "image";
  static final String PREALLOCATION = "preallocation";
  static final String FILE = "file";
  static final String FILE_FORMAT = "fileFormat";
  static final String SOURCE = "source";
  static final String FORMAT = "format";
  static final String COMPRESSION = "compression";
  static final String REPAIR = "repair";

  private ImageArguments() {}

  static ObjectNode pool(PoolName name) {
    return Json.object().put(POOL, name.text());
  }

  static PoolName pool(Params params) {
    return new PoolName(params.text(POOL));
  }

  static ObjectNode image(ImageName name) {
    return Json.object().put(IMAGE, name.text());
  }

  static ImageName image(Params params) {
    return ImageName.of(params.text(IMAGE));
  }

  /** The method that makes an image with that origin. */
  static String method(ImageOrigin origin) {
    if (origin instanceof Empty) {
      return ImageMethods.CREATE;
    } else if (origin instanceof ImportedFile) {
      return ImageMethods.IMPORT;
    }
    return origin instanceof CopyOf ? ImageMethods.CLONE : ImageMethods.LINK;
  }

  static void recipe(ObjectNode params, ImageRecipe recipe) {
    ImageOrigin origin = recipe.origin();
    if (origin instanceof OverlayOf overlay) {
      params.put(SOURCE, overlay.image().text());
      return; // it has one format, and nothing is compressed
    }
    recipe.format().ifPresent(format -> params.put(FORMAT, WireText.of(format)));
    if (origin instanceof Empty empty) {
      params.put(AdjustMethods.SIZE, empty.size().bytes());
      params.put(PREALLOCATION, WireText.of(empty.preallocation()));
      return;
    }
    params.put(COMPRESSION, WireText.of(recipe.compression()));
    if (origin instanceof ImportedFile imported) {
      params.put(FILE, imported.file().toString());
      imported.format().ifPresent(format -> params.put(FILE_FORMAT, WireText.of(format)));
    } else if (origin instanceof CopyOf copy) {
      params.put(SOURCE, copy.image().text());
    }
  }

  static ImageRecipe empty(Params params) {
    return recipe(
        params,
        new Empty(
            AdjustMethods.size(params),
            params.optionalConstant(PREALLOCATION, Preallocation.class).orElse(Preallocation.OFF)));
  }

  static ImageRecipe imported(Params params) {
    return recipe(
        params,
        new ImportedFile(ArgumentCodec.absolutePath(params, FILE), format(params, FILE_FORMAT)));
  }

  static ImageRecipe copy(Params params) {
    return recipe(params, new CopyOf(ImageName.of(params.text(SOURCE))));
  }

  static ImageRecipe overlay(Params params) {
    return ImageRecipe.of(new OverlayOf(ImageName.of(params.text(SOURCE))));
  }

  private static ImageRecipe recipe(Params params, ImageOrigin origin) {
    return new ImageRecipe(
        origin,
        format(params, FORMAT),
        params.optionalConstant(COMPRESSION, Compression.class).orElse(Compression.NONE));
  }

  private static Optional<ImageFormat> format(Params params, String name) {
    return params.optionalConstant(name, ImageFormat.class);
  }
}
