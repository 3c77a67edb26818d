package dev.berth.engine;

import dev.berth.engine.image.ImageRegistry;
import dev.berth.error.HostFailureException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.Qcow2Header;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image and what it stands on, each of it on record.
 *
 * @param images the uppermost first
 * @param layers their files
 * @param bytes what a guest sees of the uppermost
 */
record ImageChainOnRecord(List<ImageName> images, List<Layer> layers, long bytes) {
  private static final int MOST_LAYERS = 32;

  /**
   * Follows the headers from that image down.
   *
   * @throws dev.berth.error.NotFoundException when it is not on record, or its file is missing
   * @throws HostFailureException when it cannot be used
   */
  static ImageChainOnRecord follow(ImageFiles files, ImageRegistry registry, ImageName image) {
    List<ImageName> images = new ArrayList<>();
    List<Layer> layers = new ArrayList<>();
    long bytes = 0;
    Optional<ImageName> next = Optional.of(image);
    while (next.isPresent()) {
      ImageName name = next.get();
      if (images.contains(name) || images.size() == MOST_LAYERS) {
        throw unusable(image, "it stands on itself, or on more than " + MOST_LAYERS + " others");
      }
      ImageFormat format = registry.format(name);
      FoundImage found = files.look(registry.file(name));
      if (images.isEmpty()) {
        bytes = ImagePlanning.size(found, format);
      }
      found
          .header()
          .filter(header -> format == ImageFormat.QCOW2)
          .flatMap(Qcow2Header::obstacle)
          .ifPresent(
              why -> {
                throw unusable(image, "'" + name + "' " + why);
              });
      images.add(name);
      layers.add(new Layer(found.file(), format));
      next =
          format == ImageFormat.RAW
              ? Optional.empty()
              : found.backing().map(below -> onRecord(registry, image, below));
    }
    return new ImageChainOnRecord(List.copyOf(images), List.copyOf(layers), bytes);
  }

  private static ImageName onRecord(ImageRegistry registry, ImageName image, Path below) {
    return registry
        .named(below)
        .orElseThrow(
            () -> unusable(image, "it stands on '" + below + "', which is no image on record"));
  }

  private static HostFailureException unusable(ImageName image, String why) {
    return new HostFailureException("Image '" + image + "' cannot be used: " + why + ".");
  }
}
