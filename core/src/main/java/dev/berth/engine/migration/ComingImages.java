package dev.berth.engine.migration;

import dev.berth.domain.ByteSize;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.job.JobId;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.CopiedImage.Content;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The images that a domain of another host brings along, as files of this one. For threads that
 * storage may hold up; each of its methods may be called again, whatever became of it before.
 *
 * <pre>
 *   made as a mark ──► linked to its name ──► the domain is this host's: the mark goes
 *                             └──► it does not: what the mark is another name of goes, and the mark
 * </pre>
 *
 * <p>Why a mark: a file of an image's name may be anybody's. One that is the same file as the mark
 * is this migration's, and was made by it.
 */
public final class ComingImages {
  private final ImageFiles images;
  private final JobId migration;
  private final List<CopiedImage> copies;

  public ComingImages(ImageFiles images, JobId migration, List<CopiedImage> copies) {
    this.images = images;
    this.migration = migration;
    this.copies = copies;
  }

  /** What speaks against it, each that does. Changes nothing. */
  public List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    Map<Path, Long> wanted = new HashMap<>();
    for (CopiedImage copy : copies) {
      Path directory = copy.file().resolveSibling("");
      if (Files.exists(copy.file(), LinkOption.NOFOLLOW_LINKS)) {
        obstacles.add("there is a file '" + copy.file() + "' already, where an image is to be");
      }
      if (!Files.isDirectory(directory)) {
        obstacles.add("there is no directory '" + directory + "' for the image of a disk");
      } else if (!Files.isWritable(directory)) {
        obstacles.add("the host's user there may not write to '" + directory + "'");
      } else {
        wanted.merge(directory, copy.allocated(), Long::sum);
      }
    }
    wanted.forEach((directory, bytes) -> room(directory, bytes).ifPresent(obstacles::add));
    return obstacles;
  }

  private Optional<String> room(Path directory, long bytes) {
    try {
      ByteSize free = images.free(directory);
      return free.bytes() >= bytes
          ? Optional.empty()
          : Optional.of(
              "its images take "
                  + new ByteSize(bytes)
                  + ", and '"
                  + directory
                  + "' has "
                  + free
                  + " left");
    } catch (BerthException unknown) {
      return Optional.of(String.valueOf(unknown.getMessage()));
    }
  }

  /**
   * Makes them, empty.
   *
   * @throws HostFailureException when one cannot be made, or a file is in the way
   */
  public void make() throws InterruptedException {
    for (int i = 0; i < copies.size(); i++) {
      make(copies.get(i), mark(i));
    }
  }

  private void make(CopiedImage copy, Path mark) throws InterruptedException {
    discard(copy.file(), mark);
    ImageTask create =
        new ImageTask.Create(
            new Layer(mark, copy.writtenAs()), new ByteSize(copy.size()), Preallocation.OFF);
    try {
      images.run(migration, create, done -> {});
      Files.createLink(copy.file(), mark);
      sync(copy.file().resolveSibling(""));
    } catch (ImageTaskException failure) {
      throw new HostFailureException(String.valueOf(failure.getMessage()), failure);
    } catch (FileAlreadyExistsException inTheWay) {
      throw new HostFailureException(
          "Cannot make the image of disk '"
              + copy.disk()
              + "': there is a file '"
              + copy.file()
              + "' already.",
          inTheWay);
    } catch (IOException | UnsupportedOperationException e) {
      throw new HostFailureException(
          "The image of disk '" + copy.disk() + "' cannot be '" + copy.file() + "': " + e + ".", e);
    }
  }

  /**
   * Brings them to the disk, once QEMU has closed them; a file that came as it is gets its length,
   * which need not be whole sectors.
   */
  public void settle() {
    for (CopiedImage copy : copies) {
      if (copy.content() == Content.FILE) {
        truncate(copy);
      }
      images.force(copy.file());
    }
  }

  private static void truncate(CopiedImage copy) {
    try (FileChannel file = FileChannel.open(copy.file(), StandardOpenOption.WRITE)) {
      file.truncate(copy.size());
    } catch (IOException e) {
      throw new HostFailureException("'" + copy.file() + "' cannot be written: " + e + ".", e);
    }
  }

  /** The guest goes on with them. */
  public void keep() {
    for (int i = 0; i < copies.size(); i++) {
      images.discard(mark(i));
    }
  }

  /** The guest does not come: they go. */
  public void discard() {
    images.endLeftOver(migration);
    for (int i = 0; i < copies.size(); i++) {
      discard(copies.get(i).file(), mark(i));
    }
  }

  /** The mark goes last: without it nobody knows whose the file is. */
  private void discard(Path file, Path mark) {
    if (isMade(file, mark)) {
      images.discard(file);
    }
    images.discard(mark);
  }

  private static boolean isMade(Path file, Path mark) {
    try {
      return Files.exists(mark, LinkOption.NOFOLLOW_LINKS)
          && Files.exists(file, LinkOption.NOFOLLOW_LINKS)
          && Files.isSameFile(file, mark);
    } catch (IOException e) {
      throw new HostFailureException("'" + file + "' cannot be looked at: " + e + ".", e);
    }
  }

  private Path mark(int index) {
    return copies
        .get(index)
        .file()
        .resolveSibling(".berth-" + migration + "-" + index + ".incoming");
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
