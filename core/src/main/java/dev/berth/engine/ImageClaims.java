package dev.berth.engine;

import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.BusyException;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.job.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Which job about images is in the way of which: what one writes, no other reads or writes; what
 * one reads, no other writes. Pure. {@code docs/jobs.md} says so too.
 */
final class ImageClaims {
  private ImageClaims() {}

  /**
   * Refuses what a job is in the way of.
   *
   * @param running the jobs that go on
   * @param sources images that are to stay as they are
   * @throws BusyException naming the job and its age
   */
  static void check(List<KeptJob> running, ImageName image, List<ImageName> sources, Instant now) {
    for (KeptJob job : aboutImages(running)) {
      String written = job.job().target().subject();
      if (written.equals(image.text()) || read(job).contains(image.text())) {
        throw inTheWay(image, job.job(), now);
      }
      for (ImageName source : sources) {
        if (written.equals(source.text())) {
          throw inTheWay(source, job.job(), now);
        }
      }
    }
  }

  /**
   * Refuses to let a pool go that a job is about.
   *
   * @throws BusyException naming the job and its age
   */
  static void check(List<KeptJob> running, PoolName pool, Instant now) {
    for (KeptJob job : aboutImages(running)) {
      ImageName image = ImageName.of(job.job().target().subject());
      boolean reads =
          read(job).stream().anyMatch(source -> ImageName.of(source).pool().equals(pool));
      if (image.pool().equals(pool) || reads) {
        throw inTheWay(image, job.job(), now);
      }
    }
  }

  private static List<KeptJob> aboutImages(List<KeptJob> running) {
    return running.stream().filter(job -> !BackupJobRow.isAbout(BackupJobRow.kind(job))).toList();
  }

  private static List<String> read(KeptJob job) {
    return Arrays.stream(job.fact(ImagePlan.SOURCES).split(" "))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static BusyException inTheWay(ImageName image, Job job, Instant now) {
    return new BusyException(
        "Image '"
            + image
            + "' is in use by job "
            + job.id()
            + " ("
            + job.target().kind().text()
            + " '"
            + job.target().subject()
            + "', by "
            + job.origin().actor()
            + "), which has been under way for "
            + Math.max(0, Duration.between(job.origin().since(), now).toSeconds())
            + " s. Wait for it ('vmctl job wait "
            + job.id()
            + "'), or cancel it.",
        job.id().text());
  }
}
