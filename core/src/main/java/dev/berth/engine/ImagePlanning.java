package dev.berth.engine;

import dev.berth.domain.ByteSize;
import dev.berth.engine.image.ForeignImages;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.image.ImageRegistry;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.Shrinking;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.CopyOf;
import dev.berth.image.ImageOrigin.Empty;
import dev.berth.image.ImageOrigin.ImportedFile;
import dev.berth.image.ImageOrigin.OverlayOf;
import dev.berth.image.ImageRecipe;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.Qcow2Header;
import dev.berth.image.Repair;
import dev.berth.job.JobKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a job about an image is to do, by what is on record and by looking at the files.
 * Whatever a header says is checked, never followed blindly. For threads that storage may hold up.
 */
final class ImagePlanning {
  private final ImageFiles files;
  private final ImageRegistry registry;
  private final ImageUsers users;

  ImagePlanning(ImageFiles files, ImageRegistry registry, ImageUsers users) {
    this.files = files;
    this.registry = registry;
    this.users = users;
  }

  /**
   * A new image.
   *
   * @throws AlreadyExistsException when there is one, or a file of that name
   */
  ImagePlan create(ImageName image, ImageRecipe recipe) {
    Path target = registry.file(image);
    ImageOrigin origin = recipe.origin();
    if (origin instanceof ImportedFile imported && isThere(target, imported.file())) {
      return adopt(image, target, imported, recipe);
    }
    requireFree(image, target);
    if (origin instanceof Empty empty) {
      return empty(image, target, empty, recipe);
    }
    if (origin instanceof ImportedFile imported) {
      return imported(image, target, imported, recipe);
    }
    return origin instanceof CopyOf copy
        ? copy(image, target, copy.image(), recipe)
        : overlay(image, target, ((OverlayOf) origin).image(), recipe);
  }

  /** The file of an import may be in its place already. */
  private boolean isThere(Path target, Path file) {
    return files.look(file).file().equals(target);
  }

  private void requireFree(ImageName image, Path target) {
    if (registry.images().containsKey(image)) {
      throw new AlreadyExistsException(
          "Image '" + image + "' exists already. Choose another name, or delete it first.");
    }
    try {
      files.look(target);
    } catch (NotFoundException free) {
      return;
    } catch (InvalidRequestException somethingElse) {
      // No file, but there: it is in the way all the same.
    }
    throw new AlreadyExistsException(
        "There is a file '"
            + target
            + "' that is not on record as an image. Choose another name, remove it, or put it on"
            + " record with 'vmctl image import "
            + target
            + " "
            + image
            + "'.");
  }

  private ImagePlan empty(ImageName image, Path target, Empty empty, ImageRecipe recipe) {
    ImageFormat format = recipe.format().orElse(ImageFormat.QCOW2);
    return new ImagePlan(
        JobKind.CREATE_IMAGE,
        image,
        target,
        Optional.of(format),
        List.of(),
        empty.size().bytes(),
        recipe.toString(),
        Optional.of(
            partial ->
                new ImageTask.Create(
                    new Layer(partial, format), empty.size(), empty.preallocation())));
  }

  private ImagePlan imported(
      ImageName image, Path target, ImportedFile origin, ImageRecipe recipe) {
    FoundImage found = files.look(origin.file());
    ImageFormat from = ForeignImages.format(found, origin.format());
    ImageFormat to = recipe.format().orElse(from);
    return new ImagePlan(
        JobKind.IMPORT_IMAGE,
        image,
        target,
        Optional.of(to),
        List.of(),
        size(found, from),
        recipe.toString(),
        found.identity(),
        Optional.of(
            partial ->
                new ImageTask.Copy(
                    List.of(new Layer(found.file(), from)),
                    new Layer(partial, to),
                    recipe.compression())));
  }

  /** A file that somebody has put into the pool goes on record as it is. */
  private ImagePlan adopt(ImageName image, Path target, ImportedFile origin, ImageRecipe recipe) {
    if (registry.images().containsKey(image)) {
      throw new AlreadyExistsException("Image '" + image + "' is on record already.");
    }
    FoundImage found = files.look(target);
    ImageFormat format = ForeignImages.format(found, origin.format());
    if (!recipe.format().orElse(format).equals(format)) {
      throw new InvalidRequestException(
          "format: '"
              + image
              + "' is in its pool already and goes on record as it is, which is "
              + format.text()
              + ". Convert it then.");
    }
    return new ImagePlan(
        JobKind.IMPORT_IMAGE,
        image,
        target,
        Optional.of(format),
        List.of(),
        size(found, format),
        recipe.toString(),
        Optional.empty());
  }

  private ImagePlan copy(ImageName image, Path target, ImageName source, ImageRecipe recipe) {
    ImageChainOnRecord chain = chain(source);
    requireNoMachine("copy", source);
    ImageFormat format = recipe.format().orElse(registry.format(source));
    return new ImagePlan(
        JobKind.CLONE_IMAGE,
        image,
        target,
        Optional.of(format),
        chain.images(),
        chain.bytes(),
        recipe.toString(),
        Optional.of(
            partial ->
                new ImageTask.Copy(
                    chain.layers(), new Layer(partial, format), recipe.compression())));
  }

  private ImagePlan overlay(ImageName image, Path target, ImageName source, ImageRecipe recipe) {
    ImageChainOnRecord chain = chain(source);
    requireNoMachine("stand on", source);
    Layer base = chain.layers().get(0);
    String reference = image.pool().equals(source.pool()) ? source.file() : base.file().toString();
    return new ImagePlan(
        JobKind.CLONE_IMAGE,
        image,
        target,
        Optional.of(ImageFormat.QCOW2),
        chain.images(),
        chain.bytes(),
        recipe.toString(),
        Optional.of(
            partial ->
                new ImageTask.Overlay(partial, base, reference, new ByteSize(chain.bytes()))));
  }

  /** Gives an image another size. */
  ImagePlan resize(ImageName image, ByteSize size, Shrinking shrinking) {
    ImageOrigin.requireDiskSize(size);
    ImageChainOnRecord chain = chain(image);
    boolean shrinks = size.bytes() < chain.bytes();
    if (shrinks && shrinking == Shrinking.REFUSED) {
      throw new InvalidRequestException(
          "Image '"
              + image
              + "' has "
              + new ByteSize(chain.bytes())
              + " and would lose what is beyond "
              + size
              + ". Say that it may shrink ('--shrink') if that is meant.");
    }
    requireUnshared("resize", image);
    return new ImagePlan(
        JobKind.RESIZE_IMAGE,
        image,
        registry.file(image),
        Optional.of(registry.format(image)),
        chain.images().subList(1, chain.images().size()),
        size.bytes(),
        size + " " + shrinking,
        Optional.of(partial -> new ImageTask.Resize(chain.layers(), size, shrinks)));
  }

  /** Looks for errors in an image. */
  ImagePlan check(ImageName image, Repair repair) {
    ImageFormat format = registry.format(image);
    Path file = registry.file(image);
    if (format == ImageFormat.RAW) {
      throw new InvalidRequestException(
          "Image '" + image + "' is raw: it has nothing but the disk's bytes, which can all be.");
    }
    FoundImage found = files.look(file);
    requireNoMachine("check", image);
    if (repair != Repair.NONE) {
      requireUnshared("repair", image);
    }
    return new ImagePlan(
        JobKind.CHECK_IMAGE,
        image,
        file,
        Optional.of(format),
        List.of(),
        size(found, format),
        repair.text(),
        Optional.of(partial -> new ImageTask.Check(new Layer(file, format), repair)));
  }

  /** Lets an image go that nobody refers to, or only its record when the file is gone. */
  ImagePlan delete(ImageName image) {
    registry.format(image);
    Path file = registry.file(image);
    List<String> by = users.of(file);
    if (!by.isEmpty()) {
      throw new InvalidStateException(
          "Cannot delete image '" + image + "': " + String.join(", ", by) + " refers to it.");
    }
    return new ImagePlan(
        JobKind.DELETE_IMAGE, image, file, Optional.empty(), List.of(), 0, "", Optional.empty());
  }

  private ImageChainOnRecord chain(ImageName image) {
    return ImageChainOnRecord.follow(files, registry, image);
  }

  private void requireNoMachine(String what, ImageName image) {
    List<String> by = users.machinesOf(registry.file(image));
    if (!by.isEmpty()) {
      throw new InvalidStateException(
          "Cannot "
              + what
              + " image '"
              + image
              + "' now: it is in use by "
              + String.join(", ", by)
              + ". Wait until that has ended.");
    }
  }

  /** What is changed must be read by nobody: a machine, or an image that stands on it. */
  private void requireUnshared(String what, ImageName image) {
    Path file = registry.file(image);
    List<String> machines = users.machinesOf(file);
    if (!machines.isEmpty()) {
      throw new InvalidStateException(
          "Cannot "
              + what
              + " image '"
              + image
              + "': it is in use by "
              + String.join(", ", machines)
              + ". A disk of a machine that runs is resized with 'vmctl disk resize'.");
    }
    List<String> above = users.imagesOn(file);
    if (!above.isEmpty()) {
      throw new InvalidStateException(
          "Cannot " + what + " image '" + image + "': " + String.join(", ", above) + ".");
    }
  }

  /** What a guest sees of it. */
  static long size(FoundImage found, ImageFormat format) {
    return switch (format) {
      case RAW -> found.bytes();
      case QCOW2 ->
          found
              .header()
              .map(Qcow2Header::virtualSize)
              .orElseThrow(
                  () ->
                      new HostFailureException(
                          "'" + found.file() + "' is on record as qcow2, and is none any more."));
    };
  }
}
