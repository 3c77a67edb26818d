package dev.berth.testing;

import dev.berth.definition.Disk;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.image.ImageName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The images of pools that disks of a {@link MemoryHost} name. */
final class MemoryNamedImages {
  private MemoryNamedImages() {}

  /** Refuses a disk whose image is not on record. */
  static void check(MemoryContents contents, Disk disk) {
    disk.image()
        .filter(image -> !contents.images().containsKey(image))
        .ifPresent(
            image -> {
              throw new InvalidDefinitionException(
                  "<host>",
                  List.of(Problem.at("image", "there is no image '" + image + "' on record")));
            });
  }

  /** Where the image of a disk is, as far as that is known. */
  static Optional<Path> file(MemoryContents contents, Disk disk) {
    Optional<ImageName> image = disk.image();
    return image.isEmpty()
        ? disk.file()
        : Optional.ofNullable(contents.pools().get(image.get().pool()))
            .map(directory -> directory.resolve(image.get().file()));
  }
}
