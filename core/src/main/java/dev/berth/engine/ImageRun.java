package dev.berth.engine;

import dev.berth.domain.EventTypes;
import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.thread.EndableThread;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.StorageFailureException;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageTask;
import dev.berth.image.ImageTaskException;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.Change;
import dev.berth.store.StoredImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One job about an image while it is done, on a thread of its own from {@link #run} to its end. */
final class ImageRun {
  /** How long until a store that failed is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(ImageRun.class);

  private final HostServices host;
  private final ImageLedger ledger;
  private final ImageFiles files;
  private final ImagePlan plan;
  private final Supplier<ImagePlan> again;
  private final Path partial;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Pace pace = new Pace();
  private final EndableThread thread = new EndableThread();
  private KeptJob job;
  private int percent;

  /**
   * A run of that job.
   *
   * @param again plans once more, by what is so then
   */
  ImageRun(
      HostServices host,
      ImageLedger ledger,
      ImageFiles files,
      KeptJob job,
      ImagePlan plan,
      Supplier<ImagePlan> again) {
    this.host = host;
    this.ledger = ledger;
    this.files = files;
    this.job = job;
    this.plan = plan;
    this.again = again;
    this.partial = files.partial(job.job().id(), plan.file());
  }

  /** Somebody wants it ended. */
  void cancel() {
    thread.end(ImageJobs.CANCELLED);
  }

  /** The host is being closed. */
  void interrupt() {
    closing.countDown();
    thread.end(ImageJobs.INTERRUPTED);
  }

  /** Does it, to the end that is on record. */
  void run() {
    if (changesFile()) {
      host.filesInChange().begin(plan.file(), job.job());
    }
    try {
      Optional<String> found = work();
      if (found.isEmpty()) {
        undo(cancelled());
      } else {
        complete(found.get());
      }
    } catch (ImageTaskException failure) {
      undo(status(JobState.FAILED, failure.kind().text(), failure.getMessage()));
    } catch (BerthException failure) {
      undo(
          thread.finish().isPresent()
              ? cancelled()
              : status(JobState.FAILED, ImageJobs.FILE_FAILED, failure.getMessage()));
    } catch (CompletionException | InterruptedException unrecorded) {
      LOG.error(
          "Job {} could not be put on record; the next opening of the host settles it",
          job.job().id(),
          unrecorded);
    } catch (RuntimeException unexpected) { // the top of this thread
      boolean wanted = thread.finish().isPresent(); // an interruption closes the files it meets
      if (!wanted) {
        LOG.error("Job {} failed unexpectedly", job.job().id(), unexpected);
      }
      undo(
          wanted
              ? cancelled()
              : status(JobState.FAILED, ImageJobs.FILE_FAILED, "unexpected: " + unexpected));
    } finally {
      host.filesInChange().end(plan.file(), job.job());
    }
  }

  private boolean changesFile() {
    return plan.kind() == JobKind.DELETE_IMAGE || plan.kind() == JobKind.RESIZE_IMAGE;
  }

  /** What was found; empty when it was ended before it was done. */
  private Optional<String> work() throws ImageTaskException {
    try {
      if (!thread.begin()) {
        return Optional.empty();
      }
      record(Entry.by(actor()).goesOn(now(ImageJobs.WORKING, "")));
      Optional<Function<Path, ImageTask>> task = stillRight().task();
      String found =
          task.isPresent() ? files.run(job.job().id(), task.get().apply(partial), this::show) : "";
      return thread.finish().isPresent() ? Optional.empty() : Optional.of(found);
    } catch (InterruptedException ended) {
      return Optional.empty();
    } finally {
      thread.finish();
    }
  }

  /**
   * What was right when the job was asked for may be so no more: somebody may have come to use an
   * image, or put another file in the place of one. From the job's claim on there is no other job
   * that changes any of it.
   */
  private ImagePlan stillRight() {
    ImagePlan now = again.get();
    if (!now.facts().equals(plan.facts())) {
      throw new InvalidStateException(
          "What the job is about has changed since it was asked for. Ask for it again.");
    }
    return now;
  }

  private void complete(String found) throws InterruptedException {
    Entry entry = Entry.by(actor());
    if (ImagePlan.makes(plan.kind())) {
      if (plan.task().isPresent()) {
        record(Entry.by(actor()).goesOn(now(ImageJobs.NAMING, "")));
        files.keep(partial, plan.file());
      }
      entry
          .change(new Change.PutImage(new StoredImage(plan.image(), plan.format().orElseThrow())))
          .event(EventTypes.IMAGE_CREATED, Map.of("image", plan.image().text()));
    } else if (plan.kind() == JobKind.DELETE_IMAGE) {
      files.discard(plan.file());
      entry
          .change(new Change.RemoveImage(plan.image()))
          .event(EventTypes.IMAGE_DELETED, Map.of("image", plan.image().text()));
    }
    job =
        job.with(
            new Job.Status(
                JobState.SUCCEEDED,
                ImageJobs.COMPLETE,
                job.job().status().progress().map(it -> Progress.of(it.total(), it.total())),
                found,
                Optional.of(host.now())));
    record(entry.ended(job));
  }

  /** Leaves nothing of what was made, and tells how it ended. */
  private void undo(Job.Status how) {
    try {
      end(how);
    } catch (CompletionException | InterruptedException unrecorded) {
      LOG.error("The end of job {} could not be recorded", job.job().id(), unrecorded);
    }
  }

  private void end(Job.Status how) throws InterruptedException {
    Job.Status told = how;
    if (ImagePlan.makes(plan.kind())) {
      boolean wasNamed = job.job().status().phase().equals(ImageJobs.NAMING);
      try {
        if (wasNamed) { // else the next host takes a stranger's file of that name for this one
          record(Entry.by(actor()).goesOn(now(ImageJobs.REMOVING, how.detail())));
        }
        files.discard(partial);
      } catch (BerthException left) {
        told =
            status(how.state(), how.phase(), how.detail() + " What is left: " + left.getMessage());
      }
    }
    job = job.with(told);
    record(Entry.by(actor()).ended(job));
  }

  private Job.Status cancelled() {
    return thread.finish().equals(Optional.of(ImageJobs.CANCELLED))
        ? status(JobState.CANCELLED, ImageJobs.CANCELLED, "")
        : status(JobState.FAILED, ImageJobs.INTERRUPTED, "the host was closed meanwhile");
  }

  private Job.Status status(JobState state, String phase, @Nullable String detail) {
    return new Job.Status(
        state,
        phase,
        job.job().status().progress(),
        detail == null ? "" : detail,
        Optional.of(host.now()));
  }

  private KeptJob now(String phase, String detail) {
    Job.Status before = job.job().status();
    job =
        job.with(
            new Job.Status(JobState.RUNNING, phase, before.progress(), detail, Optional.empty()));
    return job;
  }

  /** A hundred times at most: each is a turn. */
  private void show(double share) {
    int now = (int) (share * 100);
    if (now > percent) {
      percent = now;
      Job.Status before = job.job().status();
      Progress progress = pace.at(host.now(), (long) (share * plan.bytes()), plan.bytes());
      job =
          job.with(
              new Job.Status(
                  JobState.RUNNING, before.phase(), Optional.of(progress), "", Optional.empty()));
      KeptJob shown = job;
      ledger.turn(
          turn -> {
            turn.jobs().show(shown);
            return CompletableFuture.completedFuture(shown);
          });
    }
  }

  private String actor() {
    return job.job().origin().actor();
  }

  /** Waits until it is durable; a store that fails is asked again until the host is closed. */
  private void record(Entry entry) throws InterruptedException {
    boolean recorded = false;
    while (!recorded) {
      try {
        ledger.turn(turn -> turn.record(entry)).join();
        recorded = true;
      } catch (CompletionException failure) {
        if (!mayPass(failure.getCause()) || closing.await(RETRY.toNanos(), TimeUnit.NANOSECONDS)) {
          throw failure;
        }
        LOG.warn("How job {} is cannot be recorded yet: {}", job.job().id(), failure.getMessage());
      }
    }
  }

  private static boolean mayPass(@Nullable Throwable failure) {
    return failure instanceof StorageFailureException
        || failure instanceof OutcomeUnknownException
        || failure instanceof BusyException;
  }
}
