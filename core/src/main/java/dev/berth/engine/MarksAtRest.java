package dev.berth.engine;

import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.backup.BackupSource.Checkpoint;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
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
 * <p>A mark that begins now says that nothing was written since the backup. So an image that
 * somebody has changed since that was planned gets none; nor does one in which a {@code qemu-img}
 * was killed before it had put it, since that is a change as well.
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
          put(disk.disk(), StandInRow.image(job, disk.disk()), marks.get());
        } catch (BerthException | ImageTaskException failure) {
          fail(disk.disk(), String.valueOf(failure.getMessage()));
        }
      }
    }
  }

  /** What could not be done, a sentence for each disk. To be read when it is through. */
  List<String> failures() {
    return failures;
  }

  private void fail(String disk, String why) {
    failures.add(
        "disk '"
            + disk
            + "' does not note what is written from now on, so that its next backup is in full: "
            + why);
  }

  private void put(String disk, Path image, Marks marks)
      throws InterruptedException, ImageTaskException {
    List<ImageBitmap> there = images.content(image, ImageFormat.QCOW2).bitmaps();
    boolean isPut =
        there.stream()
            .anyMatch(it -> it.name().equals(marks.next()) && it.recording() && !it.inconsistent());
    if (!isPut) {
      Optional<String> change = BackupRow.images(job).change(disk, image);
      if (change.isPresent()) {
        fail(disk, change.get());
        return;
      }
      change(image, BitmapChange.ADD, marks.next());
    }
    for (ImageBitmap bitmap : there) {
      if (marks.useless().contains(bitmap.name())
          || (bitmap.inconsistent() && Checkpoint.isOurs(bitmap.name()))) {
        change(image, BitmapChange.REMOVE, bitmap.name());
      }
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
