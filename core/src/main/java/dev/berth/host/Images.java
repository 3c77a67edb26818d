package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.domain.ByteSize;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import dev.berth.image.ImageRecipe;
import dev.berth.image.Pool;
import dev.berth.image.PoolName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import java.nio.file.Path;
import java.util.List;

/**
 * The pools and images of a host: what {@link VmHost#images()} gives. Thread-safe; lives as long as
 * its host. Long work is a job, one of the host rather than of a domain: {@link VmHost#jobs()},
 * {@link VmHost#awaitJob} and {@link VmHost#cancelJob} are about it like about all others.
 *
 * <p>Berth implements this, not its users: newer versions have more methods.
 */
@Api(since = "0.1")
public interface Images {

  /**
   * Makes a directory a pool. What is in it stays as it is.
   *
   * @param directory absolute; it must be there, and the host's user may write to it
   * @throws dev.berth.error.AlreadyExistsException when there is a pool of that name
   * @throws dev.berth.error.InvalidRequestException when the directory cannot be a pool: it is not
   *     there, or in another pool, or has one in it
   */
  Pool createPool(PoolName name, Path directory);

  /** Every pool, by name. */
  List<Pool> pools();

  /**
   * One pool.
   *
   * @throws dev.berth.error.NotFoundException when there is no such pool
   */
  Pool pool(PoolName name);

  /**
   * Forgets a pool, and which formats its images have. Deletes no file.
   *
   * @throws dev.berth.error.NotFoundException when there is no such pool
   * @throws dev.berth.error.InvalidStateException while a domain's definition, a machine, or an
   *     image of another pool refers to anything in it; they are named
   * @throws dev.berth.error.BusyException when a job is about one of its images
   */
  void deletePool(PoolName name);

  /** The images of every pool, by name, and the files there that are not on record. */
  List<Image> all();

  /**
   * One image.
   *
   * @throws dev.berth.error.NotFoundException when there is no such image, nor a file of its name
   */
  Image image(ImageName name);

  /**
   * Makes an image, by a job: an empty one, or one that has what another or a file has. Until it is
   * complete it has another name in its pool's directory; a job that fails or is cancelled leaves
   * nothing. What a guest or a stranger may have written is looked at before any program reads it:
   * an image that refers to other files is refused.
   *
   * @throws dev.berth.error.AlreadyExistsException when there is such an image, or a file of its
   *     name
   * @throws dev.berth.error.NotFoundException when the pool or the image's origin is missing
   * @throws dev.berth.error.InvalidRequestException when the origin cannot be used
   * @throws dev.berth.error.InvalidStateException when a machine uses the origin
   * @throws dev.berth.error.BusyException when another job about one of the images is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job create(ImageName name, ImageRecipe recipe, JobOptions job, CallOptions options);

  /**
   * Gives an image another size, by a job. No machine may use it: for a disk of one there is {@link
   * VmHost#resizeDisk}.
   *
   * @param size a multiple of 512 bytes
   * @throws dev.berth.error.NotFoundException when there is no such image
   * @throws dev.berth.error.InvalidRequestException when it is larger and must not shrink
   * @throws dev.berth.error.InvalidStateException when a machine uses it, or another image stands
   *     on it
   * @throws dev.berth.error.BusyException when another job about it is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job resize(
      ImageName name, ByteSize size, Shrinking shrinking, JobOptions job, CallOptions options);

  /**
   * Looks for errors in an image, by a job that fails when there are any left.
   *
   * @throws dev.berth.error.NotFoundException when there is no such image
   * @throws dev.berth.error.InvalidRequestException when its format has nothing to be checked
   * @throws dev.berth.error.InvalidStateException when a machine uses it; or, where it is to be
   *     repaired, when another image stands on it
   * @throws dev.berth.error.BusyException when another job about it is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job check(ImageName name, Repair repair, JobOptions job, CallOptions options);

  /**
   * Deletes an image.
   *
   * @throws dev.berth.error.NotFoundException when there is no such image
   * @throws dev.berth.error.InvalidStateException while a domain's definition, a machine, or
   *     another image refers to it; they are named
   * @throws dev.berth.error.BusyException when a job is about it
   * @throws dev.berth.error.HostFailureException when the file system refuses
   */
  void delete(ImageName name, CallOptions options);
}
