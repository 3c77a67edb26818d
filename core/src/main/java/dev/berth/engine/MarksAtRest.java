package dev.berth.engine;

import dev.berth.engine.BackupPlan.Marks;
import dev.berth.engine.BackupPlan.OfDisk;
import dev.berth.engine.BackupSource.Checkpoint;
import dev.berth.error.BerthException;
import dev.berth.image.ImageBitmap;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTask.Bitmap;
import dev.berth.image.ImageTask.BitmapChange;
import dev.berth.image.ImageTaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The marks of a backup that is complete, put into the images of a domain whose guest has not run
 * since. The new one is there before the last one ends, and each step is taken only where it is
 * needed yet: it can be done again from its beginning, whenever it was cut off.
 *
 * <p>A {@code qemu-img} that is killed leaves marks of no use. They are removed: nothing was
 * written since the backup, so that a new one says all there is to say.
 */
final class MarksAtRest {
  private final ImageFiles images;
  private final KeptJob job;
  private final BackupPlan plan;
  private final List<String> failures = new ArrayList<>();

  /** Those of one backup. */
  MarksAtRest(ImageFiles images, KeptJob job, BackupPlan plan) {
    this.images = images;
    this.job = job;
    this.plan = plan;
  }

  /** Puts them, where that can be done. */
  void put() throws InterruptedException {
    images.endLeftOver(job.job().id());
    for (OfDisk disk : plan.disks()) {
      Optional<Marks> marks = disk.marks();
      if (marks.isPresent()) {
        try {
          put(StandIns.image(job, disk.disk()), marks.get());
        } catch (BerthException | ImageTaskException failure) {
          failures.add(
              "disk '"
                  + disk.disk()
                  + "' does not note what is written from now on, so that its next backup is in"
                  + " full: "
                  + failure.getMessage());
        }
      }
    }
  }

  /** What could not be done, a sentence for each disk. To be read when it is through. */
  List<String> failures() {
    return failures;
  }

  private void put(Path image, Marks marks) throws InterruptedException, ImageTaskException {
    List<ImageBitmap> there = images.content(image, ImageFormat.QCOW2).bitmaps();
    for (ImageBitmap bitmap : there) {
      if (marks.useless().contains(bitmap.name())
          || (bitmap.inconsistent() && Checkpoint.isOurs(bitmap.name()))) {
        change(image, BitmapChange.REMOVE, bitmap.name());
      }
    }
    if (there.stream().noneMatch(it -> it.name().equals(marks.next()) && it.recording())) {
      change(image, BitmapChange.ADD, marks.next());
    }
    for (ImageBitmap bitmap : there) {
      if (bitmap.recording() && marks.last().equals(Optional.of(bitmap.name()))) {
        change(image, BitmapChange.DISABLE, bitmap.name());
      }
    }
  }

  private void change(Path image, BitmapChange change, String bitmap)
      throws InterruptedException, ImageTaskException {
    images.run(job.job().id(), new Bitmap(image, change, bitmap), done -> {});
  }
}
