package dev.berth.storage;

import dev.berth.domain.ByteSize;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.NotFoundException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.image.Qcow2Header;
import dev.berth.job.JobId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.DoubleConsumer;

/**
 * The files of images in directories of this host, and {@code qemu-img} for what is done with them.
 * Thread-safe.
 *
 * <p>A symbolic link in a pool is no image: what it leads to may be anything. What is copied into a
 * pool may come from behind one.
 */
public final class PoolFiles implements ImageFiles {
  private static final int FILE_TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int BLOCK_DEVICE = 0060000;

  private final QemuImg qemuImg;
  private final UUID host;

  /**
   * With that program.
   *
   * @param host whose files these are: another may have pools in the same directories
   */
  public PoolFiles(QemuImg qemuImg, UUID host) {
    this.qemuImg = qemuImg;
    this.host = host;
  }

  @Override
  public Path poolDirectory(Path directory) {
    if (!directory.isAbsolute()) {
      throw noPool(directory, "a pool's directory has an absolute path");
    }
    try {
      Path real = directory.toRealPath();
      if (!Files.isDirectory(real)) {
        throw noPool(directory, "it is no directory");
      }
      if (!Files.isWritable(real)) {
        throw noPool(directory, "the host's user may not write to it");
      }
      return real;
    } catch (NoSuchFileException missing) {
      throw noPool(directory, "it is not there. Make it first");
    } catch (IOException e) {
      throw failure("cannot be looked at", directory, e);
    }
  }

  private static InvalidRequestException noPool(Path directory, String why) {
    return new InvalidRequestException(
        "directory: '" + directory + "' cannot be a pool: " + why + ".");
  }

  @Override
  public ByteSize free(Path directory) {
    try {
      return new ByteSize(Math.max(0, Files.getFileStore(directory).getUsableSpace()));
    } catch (IOException e) {
      throw failure("cannot be looked at", directory, e);
    }
  }

  @Override
  public List<FoundImage> scan(Path directory) {
    List<FoundImage> found = new ArrayList<>();
    for (Path file : files(directory, "*")) {
      if (ImageName.isLegalFile(String.valueOf(file.getFileName()))
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try {
          found.add(look(file));
        } catch (NotFoundException gone) {
          continue; // between the reading of the directory and now
        }
      }
    }
    found.sort(Comparator.comparing(FoundImage::file));
    return found;
  }

  private static List<Path> files(Path directory, String pattern) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
      entries.forEach(files::add);
      return files;
    } catch (NoSuchFileException | NotDirectoryException gone) {
      throw new HostFailureException("There is no directory '" + directory + "' any more.", gone);
    } catch (IOException e) {
      throw failure("cannot be read", directory, e);
    }
  }

  @Override
  public FoundImage look(Path file) {
    try {
      Path real = file.toRealPath();
      if (!Files.isRegularFile(real)) {
        throw new InvalidRequestException("'" + file + "' is no regular file.");
      }
      try (FileChannel content =
          FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        Optional<Qcow2Header> header = Qcow2Header.read(content);
        return new FoundImage(
            real,
            content.size(),
            Allocation.of(real, content.size()),
            header,
            identity(real),
            ForeignFormat.of(content).map(ForeignFormat::text));
      }
    } catch (NoSuchFileException missing) {
      throw new NotFoundException("There is no file '" + file + "'.");
    } catch (IOException e) {
      throw failure("cannot be read", file, e);
    }
  }

  @Override
  public ImageContent content(Path file, ImageFormat format) {
    try {
      if (!isImageFile(file)) {
        throw new HostFailureException("'" + file + "' is neither a file nor a block device.");
      }
      try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
        return ImageContent.read(content, format)
            .orElseThrow(
                () ->
                    new HostFailureException("'" + file + "' is no " + format.text() + " image."));
      }
    } catch (IOException e) {
      throw failure("cannot be read", file, e);
    }
  }

  private static boolean isImageFile(Path file) throws IOException {
    int type = (int) Files.getAttribute(file, "unix:mode") & FILE_TYPE;
    return type == REGULAR || type == BLOCK_DEVICE;
  }

  /** Its file system and its number there. */
  private static String identity(Path real) throws IOException {
    return String.valueOf(
        Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
  }

  @Override
  public List<Path> partials(Path directory) {
    return files(directory, ".berth-*." + host + ".part");
  }

  @Override
  public Path partial(JobId job, Path target) {
    return target.resolveSibling(".berth-" + job + "." + host + ".part");
  }

  @Override
  public String run(JobId job, ImageTask task, DoubleConsumer progress)
      throws InterruptedException, ImageTaskException {
    return qemuImg.run(job, task, progress);
  }

  @Override
  public void endLeftOver(JobId job) {
    qemuImg.endLeftOver(job);
  }

  @Override
  public void force(Path partial) {
    try {
      DurableFile.syncContent(partial);
    } catch (IOException e) {
      throw failure("cannot be brought to the disk", partial, e);
    }
  }

  @Override
  public void keep(Path partial, Path target) {
    try {
      DurableFile.syncContent(partial);
      moveToNewName(partial, target);
      DurableFile.syncDirectory(target.resolveSibling(""));
    } catch (FileAlreadyExistsException e) {
      throw new AlreadyExistsException(
          "A file '" + target + "' has come to exist meanwhile. Choose another name.");
    } catch (IOException e) {
      throw failure("is complete and cannot be renamed", partial, e);
    }
  }

  /** A link never replaces anything; not every file system has them. */
  private static void moveToNewName(Path partial, Path target) throws IOException {
    try {
      Files.createLink(target, partial);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isSameFile(partial, target)) { // else the host before had come so far
        throw e;
      }
    } catch (FileSystemException | UnsupportedOperationException e) {
      Files.move(partial, target);
      return;
    }
    Files.delete(partial);
  }

  @Override
  public void prepare(Path partial, Path replaced) {
    try {
      PosixFileAttributes wanted = Files.readAttributes(replaced, PosixFileAttributes.class);
      PosixFileAttributeView own =
          Files.getFileAttributeView(
              partial, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      if (!own.readAttributes().group().equals(wanted.group())) {
        own.setGroup(wanted.group());
      }
      if (!own.getOwner().equals(wanted.owner())) {
        own.setOwner(wanted.owner());
      }
      own.setPermissions(wanted.permissions());
      DurableFile.syncContent(partial);
    } catch (IOException e) {
      throw failure("cannot get the owner and rights of '" + replaced + "'", partial, e);
    }
  }

  @Override
  public void replace(Path partial, Path replaced) {
    try {
      DurableFile.publish(partial, replaced);
      DurableFile.syncDirectory(replaced.resolveSibling(""));
    } catch (IOException e) {
      throw failure("is complete and cannot be renamed", partial, e);
    }
  }

  @Override
  public void discard(Path file) {
    try {
      if (Files.deleteIfExists(file)) {
        DurableFile.syncDirectory(file.resolveSibling(""));
      }
    } catch (IOException e) {
      throw failure("cannot be removed", file, e);
    }
  }

  private static HostFailureException failure(String what, Path file, IOException cause) {
    return new HostFailureException(
        "'" + file + "' " + what + ": " + StoreErrors.reason(cause) + ".", cause);
  }
}
