package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * That a machine takes the images along that its guest writes to: they are made anew at the other
 * host, and copied there while the guest goes on. What is only read is to be there already. The
 * images here stay as they are when the guest has gone.
 *
 * @param directory where the images are to be there, under the names that they have here; empty for
 *     where they are here
 */
@Api(since = "0.1")
public record StorageCopy(Optional<Path> directory) {

  /**
   * A checked wish.
   *
   * @throws InvalidRequestException when the directory has no absolute path
   */
  public StorageCopy {
    directory
        .filter(it -> !it.isAbsolute())
        .ifPresent(
            it -> {
              throw new InvalidRequestException(
                  "storage: '" + it + "' should be an absolute path, for it is the other host's.");
            });
  }

  /** To where they are here. */
  public static StorageCopy toSamePaths() {
    return new StorageCopy(Optional.empty());
  }

  /** Into a directory of the other host. */
  public static StorageCopy into(Path directory) {
    return new StorageCopy(Optional.of(directory));
  }
}
