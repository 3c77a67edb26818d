package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;
import java.nio.file.Path;

/**
 * What is wished for when a saved machine is to go on.
 *
 * @param file the file that has it; absolute
 * @param guest what the guest does then
 * @param changedImages what becomes of it when its images were written to since
 */
@Api(since = "0.1")
public record RestoreRequest(Path file, Guest guest, ChangedImages changedImages) {

  /** What a guest does. */
  public enum Guest {
    /** What it did when it was saved. */
    AS_SAVED,
    /** It runs. */
    RUNNING,
    /** It stands. */
    PAUSED
  }

  /** What becomes of a machine whose images were written to since it was saved. */
  public enum ChangedImages {
    /** It is refused. */
    REFUSE,
    /** Its guest goes on, and may ruin its file systems: it does not know of the changes. */
    ACCEPT
  }

  /**
   * A checked wish.
   *
   * @throws InvalidRequestException when the path is not absolute
   */
  public RestoreRequest {
    if (!file.isAbsolute()) {
      throw new InvalidRequestException(
          "file: should be an absolute path, but it is '" + file + "'.");
    }
    file = file.normalize();
  }

  /** As it was when it was saved, if its images are. */
  public static RestoreRequest of(Path file) {
    return new RestoreRequest(file, Guest.AS_SAVED, ChangedImages.REFUSE);
  }
}
