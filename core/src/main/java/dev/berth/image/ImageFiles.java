package dev.berth.image;

import dev.berth.domain.ByteSize;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.NotFoundException;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * The port to the files of images. Thread-safe. For threads that storage may hold up; failures are
 * {@link HostFailureException}s unless said otherwise.
 */
public interface ImageFiles {

  /**
   * A directory as a pool has it: without symbolic links.
   *
   * @throws InvalidRequestException when it cannot be a pool
   */
  Path poolDirectory(Path directory);

  /** What the file system of a pool has left for the host's user. */
  ByteSize free(Path directory);

  /** The files of a pool that can be images, by name. */
  List<FoundImage> scan(Path directory);

  /**
   * Looks at one file, which may be hostile.
   *
   * @throws NotFoundException when there is no such file
   * @throws InvalidRequestException when it is no regular file
   */
  FoundImage look(Path file);

  /**
   * What an image has of a disk, by its own header.
   *
   * @throws HostFailureException when it cannot be read, or is not of that format
   */
  ImageContent content(Path file, ImageFormat format);

  /**
   * The files in a pool that unfinished jobs of this host have left; those of others are not told.
   */
  List<Path> partials(Path directory);

  /** The file that an image of that job of this host grows in, beside its own. */
  Path partial(JobId job, Path target);

  /**
   * Does it, and returns when it is done. Interrupting the thread ends it.
   *
   * @param job whose; what is left over of a host that died is found by it
   * @param progress hears how much is done, from 0 to 1
   * @return a sentence about what was found, if anything was looked for
   * @throws ImageTaskException when it could not be done
   */
  String run(JobId job, ImageTask task, DoubleConsumer progress)
      throws InterruptedException, ImageTaskException;

  /** Ends what runs for a job of a host that is no more; returns when nothing does. */
  void endLeftOver(JobId job);

  /** Brings to the disk what is written of an image. */
  void force(Path partial);

  /**
   * Gives a complete image its name, once it is on the disk.
   *
   * @throws AlreadyExistsException when a file has come in the way; the image stays where it is
   */
  void keep(Path partial, Path target);

  /**
   * Brings a complete image to the disk that is to take the place of another, with the other's
   * owner and rights.
   */
  void prepare(Path partial, Path replaced);

  /** Gives an image that is {@linkplain #prepare prepared} the name of the other, which goes. */
  void replace(Path partial, Path replaced);

  /** Removes a file, if it is there; it is gone from the disk when this returns. */
  void discard(Path file);
}
