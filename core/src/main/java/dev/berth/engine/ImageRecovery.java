package dev.berth.engine;

import dev.berth.domain.EventTypes;
import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.Change;
import dev.berth.store.StoredImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of jobs about images that a host has left which is no more: {@code docs/jobs.md} has
 * the table. What it has started is ended first, then the files decide. Runs on the threads of
 * image jobs.
 */
final class ImageRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(ImageRecovery.class);

  private final HostServices host;
  private final ImageLedger ledger;
  private final ImageFiles files;
  private final Supplier<ImagePlanning> planning;

  ImageRecovery(
      HostServices host, ImageLedger ledger, ImageFiles files, Supplier<ImagePlanning> planning) {
    this.host = host;
    this.ledger = ledger;
    this.files = files;
    this.planning = planning;
  }

  /** Brings one job to its end. */
  void settle(KeptJob job) {
    try {
      files.endLeftOver(job.job().id());
      Entry entry = decide(job);
      ledger.turn(turn -> turn.record(entry)).join();
    } catch (BerthException | CompletionException failure) {
      LOG.warn(
          "What became of job {} is not known yet; the next opening of the host looks again",
          job.job().id(),
          failure);
    }
  }

  private Entry decide(KeptJob job) {
    JobKind kind = job.job().target().kind();
    if (kind == JobKind.DELETE_IMAGE) {
      return deleted(job);
    }
    if (ImagePlan.makes(kind)) {
      return outcome(job);
    }
    return kind == JobKind.RESIZE_IMAGE && hasItsSize(job) ? succeeded(job) : interrupted(job);
  }

  /** One that somebody has come to use stays. */
  private Entry deleted(KeptJob job) {
    host.filesInChange().begin(file(job), job.job());
    try {
      return deletedUnlessUsed(job);
    } finally {
      host.filesInChange().end(file(job), job.job());
    }
  }

  private Entry deletedUnlessUsed(KeptJob job) {
    if (find(file(job)).isPresent()) {
      try {
        planning.get().delete(image(job));
      } catch (InvalidStateException used) {
        return ended(
            job, JobState.FAILED, ImageJobs.FILE_FAILED, String.valueOf(used.getMessage()));
      }
      files.discard(file(job));
    }
    return succeeded(job)
        .change(new Change.RemoveImage(image(job)))
        .event(EventTypes.IMAGE_DELETED, Map.of("image", image(job).text()));
  }

  /** An image is complete from the moment on that it is being named. */
  private Entry outcome(KeptJob job) {
    Path partial = files.partial(job.job().id(), file(job));
    String phase = job.job().status().phase();
    if (phase.equals(ImageJobs.REMOVING)) {
      files.discard(partial);
      return unnamed(job);
    }
    if (!phase.equals(ImageJobs.NAMING)) {
      files.discard(partial);
      return interrupted(job);
    }
    if (find(partial).isPresent()) {
      try {
        files.keep(partial, file(job));
      } catch (AlreadyExistsException taken) {
        KeptJob removing = removing(job, String.valueOf(taken.getMessage()));
        ledger.turn(turn -> turn.record(Entry.by(Actors.HOST).goesOn(removing))).join();
        files.discard(partial);
        return unnamed(removing);
      }
    }
    return find(file(job)).isPresent() ? made(job) : interrupted(job);
  }

  /** On record before its file goes: without one, a file of that name is taken for it. */
  private static KeptJob removing(KeptJob job, String why) {
    return job.with(
        new Job.Status(
            JobState.RUNNING,
            ImageJobs.REMOVING,
            job.job().status().progress(),
            why,
            Optional.empty()));
  }

  private Entry unnamed(KeptJob job) {
    return ended(job, JobState.FAILED, ImageJobs.FILE_FAILED, job.job().status().detail());
  }

  private Entry made(KeptJob job) {
    ImageFormat format = format(job);
    return succeeded(job)
        .change(new Change.PutImage(new StoredImage(image(job), format)))
        .event(EventTypes.IMAGE_CREATED, Map.of("image", image(job).text()));
  }

  private boolean hasItsSize(KeptJob job) {
    return find(file(job))
        .filter(
            found ->
                ImagePlanning.size(found, format(job)) == Long.parseLong(job.fact(ImagePlan.BYTES)))
        .isPresent();
  }

  private Optional<FoundImage> find(Path file) {
    try {
      return Optional.of(files.look(file));
    } catch (NotFoundException none) {
      return Optional.empty();
    }
  }

  private Entry succeeded(KeptJob job) {
    return ended(job, JobState.SUCCEEDED, ImageJobs.COMPLETE, "");
  }

  private Entry interrupted(KeptJob job) {
    return ended(job, JobState.FAILED, ImageJobs.INTERRUPTED, "the host's process ended meanwhile");
  }

  private Entry ended(KeptJob job, JobState state, String phase, String detail) {
    return Entry.by(Actors.HOST)
        .ended(
            job.with(
                new Job.Status(
                    state, phase, job.job().status().progress(), detail, Optional.of(host.now()))));
  }

  /**
   * Removes unfinished files of this host that no job knows of: a store was rebuilt, and has lost
   * them. A job is on record before its file is there: whoever looks for files first misses none.
   */
  void sweep() {
    for (Path directory : ledger.registry().pools().values()) {
      try {
        List<Path> partials = files.partials(directory);
        Set<JobId> known =
            ledger.jobs().published().stream().map(Job::id).collect(Collectors.toSet());
        for (Path partial : partials) {
          if (known.stream().noneMatch(job -> files.partial(job, partial).equals(partial))) {
            files.discard(partial);
          }
        }
      } catch (BerthException failure) {
        LOG.warn("Unfinished images in {} cannot be looked for", directory, failure);
      }
    }
  }

  private static ImageName image(KeptJob job) {
    return ImageName.of(job.job().target().subject());
  }

  private static Path file(KeptJob job) {
    return Path.of(job.fact(ImagePlan.FILE));
  }

  private static ImageFormat format(KeptJob job) {
    return ImageFormat.of(job.fact(ImagePlan.FORMAT)).orElseThrow();
  }
}
