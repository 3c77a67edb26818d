package dev.berth.engine;

import dev.berth.domain.ByteSize;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageContent;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.job.JobId;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleConsumer;

/** Files of images that do nothing any more once their host has died. */
final class MortalImages implements ImageFiles {
  private final Mortality mortality;
  private final ImageFiles files;

  MortalImages(Mortality mortality, ImageFiles files) {
    this.mortality = mortality;
    this.files = files;
  }

  @Override
  public Path poolDirectory(Path directory) {
    return files.poolDirectory(directory);
  }

  @Override
  public ByteSize free(Path directory) {
    return files.free(directory);
  }

  @Override
  public List<FoundImage> scan(Path directory) {
    return files.scan(directory);
  }

  @Override
  public FoundImage look(Path file) {
    return files.look(file);
  }

  @Override
  public ImageContent content(Path file, ImageFormat format) {
    return files.content(file, format);
  }

  @Override
  public List<Path> partials(Path directory) {
    return files.partials(directory);
  }

  @Override
  public Path partial(JobId job, Path target) {
    return files.partial(job, target);
  }

  @Override
  public String run(JobId job, ImageTask task, DoubleConsumer progress)
      throws InterruptedException, ImageTaskException {
    mortality.pass("before qemu-img");
    String found = files.run(job, task, progress);
    mortality.pass("after qemu-img");
    return found;
  }

  @Override
  public void endLeftOver(JobId job) {
    mortality.around("what is left over is ended", () -> files.endLeftOver(job));
  }

  @Override
  public void force(Path partial) {
    mortality.around("an image is brought to the disk", () -> files.force(partial));
  }

  @Override
  public void keep(Path partial, Path target) {
    mortality.around("an image gets its name", () -> files.keep(partial, target));
  }

  @Override
  public void prepare(Path partial, Path replaced) {
    mortality.around("an image is prepared", () -> files.prepare(partial, replaced));
  }

  @Override
  public void replace(Path partial, Path replaced) {
    mortality.around("an image is replaced", () -> files.replace(partial, replaced));
  }

  @Override
  public void discard(Path file) {
    mortality.around("a file is removed", () -> files.discard(file));
  }
}
