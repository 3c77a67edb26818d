package dev.berth.engine.image;

import dev.berth.error.NotFoundException;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.Change;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredPool;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is on record of pools and images. Immutable.
 *
 * @param pools the directory of each pool
 * @param images the format of each image
 */
public record ImageRegistry(
    SortedMap<PoolName, Path> pools, SortedMap<ImageName, ImageFormat> images) {

  public ImageRegistry {
    pools = Collections.unmodifiableSortedMap(new TreeMap<>(pools));
    images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
  }

  /** What a store holds. */
  public static ImageRegistry of(List<StoredPool> pools, List<StoredImage> images) {
    SortedMap<PoolName, Path> directories = new TreeMap<>();
    pools.forEach(pool -> directories.put(pool.name(), pool.directory()));
    SortedMap<ImageName, ImageFormat> formats = new TreeMap<>();
    images.forEach(image -> formats.put(image.name(), image.format()));
    return new ImageRegistry(directories, formats);
  }

  /**
   * The directory of a pool.
   *
   * @throws NotFoundException when there is no such pool
   */
  public Path directory(PoolName pool) {
    return Optional.ofNullable(pools.get(pool))
        .orElseThrow(
            () ->
                new NotFoundException(
                    "There is no pool '" + pool + "' on this host. See 'vmctl pool list'."));
  }

  /**
   * Where the file of an image is, or would be.
   *
   * @throws NotFoundException when there is no such pool
   */
  public Path file(ImageName image) {
    return directory(image.pool()).resolve(image.file());
  }

  /**
   * How an image is written.
   *
   * @throws NotFoundException when it is not on record
   */
  public ImageFormat format(ImageName image) {
    directory(image.pool());
    return Optional.ofNullable(images.get(image))
        .orElseThrow(
            () ->
                new NotFoundException(
                    "There is no image '"
                        + image
                        + "' on record. See 'vmctl image list'; a file that came into the pool by"
                        + " other ways goes on record with 'vmctl image import'."));
  }

  /** The image whose file that is, if it is on record. */
  public Optional<ImageName> named(Path file) {
    Path directory = file.getParent();
    String name = String.valueOf(file.getFileName());
    return pools.entrySet().stream()
        .filter(pool -> pool.getValue().equals(directory) && ImageName.isLegalFile(name))
        .map(pool -> new ImageName(pool.getKey(), name))
        .filter(images::containsKey)
        .findFirst();
  }

  /** The same with those changes. */
  public ImageRegistry with(List<Change> changes) {
    SortedMap<PoolName, Path> directories = new TreeMap<>(pools);
    SortedMap<ImageName, ImageFormat> formats = new TreeMap<>(images);
    for (Change change : changes) {
      if (change instanceof Change.PutPool put) {
        directories.put(put.pool().name(), put.pool().directory());
      } else if (change instanceof Change.RemovePool remove) {
        directories.remove(remove.pool());
        formats.keySet().removeIf(image -> image.pool().equals(remove.pool()));
      } else if (change instanceof Change.PutImage put) {
        formats.put(put.image().name(), put.image().format());
      } else if (change instanceof Change.RemoveImage remove) {
        formats.remove(remove.image());
      }
    }
    return new ImageRegistry(directories, formats);
  }
}
