package dev.berth.testing;

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
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.image.Qcow2Header;
import dev.berth.job.JobId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Images that have a header and no content, in real directories, made without {@code qemu-img}.
 * What is done with them can be held back, and be made to fail. Thread-safe.
 */
public final class FakeImageFiles implements ImageFiles {
  private final Set<JobId> endedLeftOvers = ConcurrentHashMap.newKeySet();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile @Nullable ImageTaskException failure;
  private volatile Runnable beforeListing = () -> {};
  private volatile Runnable beforeDiscard = () -> {};

  /** Holds back what is done from now on, until {@link #release}. */
  public void hold() {
    gate = new CountDownLatch(1);
  }

  /** Lets go on what was held back. */
  public void release() {
    gate.countDown();
  }

  /** Has everything fail from now on that is done. */
  public void fail(ImageTaskException why) {
    failure = why;
  }

  /** Has that done whenever unfinished files are about to be listed. */
  public void beforeListing(Runnable work) {
    beforeListing = work;
  }

  /** Has that done whenever a file is about to be removed. */
  public void beforeDiscard(Runnable work) {
    beforeDiscard = work;
  }

  /** The jobs of hosts that are no more, whose processes were ended. */
  public Set<JobId> endedLeftOvers() {
    return endedLeftOvers;
  }

  @Override
  public Path poolDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new InvalidRequestException("directory: '" + directory + "' is not there.");
    }
    return directory;
  }

  @Override
  public ByteSize free(Path directory) {
    return ByteSize.mebibytes(1024);
  }

  @Override
  public List<FoundImage> scan(Path directory) {
    return files(directory, "*").stream()
        .filter(file -> ImageName.isLegalFile(file.getFileName().toString()))
        .map(this::look)
        .sorted((one, other) -> one.file().compareTo(other.file()))
        .toList();
  }

  @Override
  public List<Path> partials(Path directory) {
    beforeListing.run();
    return files(directory, ".berth-*.fake.part");
  }

  @Override
  public Path partial(JobId job, Path target) {
    return target.resolveSibling(".berth-" + job + ".fake.part");
  }

  private static List<Path> files(Path directory, String pattern) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
      entries.forEach(files::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  @Override
  public FoundImage look(Path file) {
    if (!Files.exists(file)) {
      throw new NotFoundException("There is no file '" + file + "'.");
    }
    try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
      return new FoundImage(
          file,
          content.size(),
          new ByteSize(0),
          Qcow2Header.read(content),
          String.valueOf(Files.readAttributes(file, BasicFileAttributes.class).fileKey()),
          Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ImageContent content(Path file, ImageFormat format) {
    try (FileChannel content = FileChannel.open(file, StandardOpenOption.READ)) {
      return ImageContent.read(content, format)
          .orElseThrow(() -> new HostFailureException("'" + file + "' is no such image."));
    } catch (IOException e) {
      throw new HostFailureException("'" + file + "' cannot be read: " + e, e);
    }
  }

  @Override
  public String run(JobId job, ImageTask task, DoubleConsumer progress)
      throws InterruptedException, ImageTaskException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    progress.accept(0.25);
    if (task instanceof ImageTask.Create create) {
      write(create.target(), create.size(), "");
    } else if (task instanceof ImageTask.Overlay overlay) {
      write(new Layer(overlay.target(), ImageFormat.QCOW2), overlay.size(), overlay.reference());
    } else if (task instanceof ImageTask.Copy copy) {
      write(copy.target(), size(copy.source().get(0)), "");
    }
    gate.await();
    ImageTaskException why = failure;
    if (why != null) {
      throw why;
    }
    if (task instanceof ImageTask.Resize resize) {
      write(resize.image().get(0), resize.size(), "");
    } else if (task instanceof ImageTask.Bitmap bitmap) {
      FakeBitmaps.change(bitmap);
    }
    return task instanceof ImageTask.Check ? "no errors" : "";
  }

  private ByteSize size(Layer layer) {
    FoundImage found = look(layer.file());
    return new ByteSize(found.header().map(Qcow2Header::virtualSize).orElse(found.bytes()));
  }

  private static void write(Layer target, ByteSize size, String backing) {
    if (target.format() == ImageFormat.QCOW2) {
      FakeQcow2.write(target.file(), size.bytes(), backing);
      return;
    }
    try (FileChannel file =
        FileChannel.open(target.file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), size.bytes() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void endLeftOver(JobId job) {
    endedLeftOvers.add(job);
  }

  @Override
  public void force(Path partial) {
    if (!Files.exists(partial)) {
      throw new HostFailureException("There is no '" + partial + "'.");
    }
  }

  @Override
  public void keep(Path partial, Path target) {
    try {
      if (Files.exists(target)) {
        throw new AlreadyExistsException("There is a file '" + target + "' already.");
      }
      Files.move(partial, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void prepare(Path partial, Path replaced) {
    look(replaced);
  }

  @Override
  public void replace(Path partial, Path replaced) {
    try {
      Files.move(partial, replaced, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void discard(Path file) {
    beforeDiscard.run();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
