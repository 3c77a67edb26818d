package dev.berth.engine;

import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.image.ImagePlan;
import dev.berth.engine.step.JobOwner;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.JobOptions;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageName;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Jobs about images: on record before anything is done, each done on a thread of its own, ended
 * with their outcome in one commit.
 *
 * <pre>
 *   job on record ──a thread is free──► working ──► (makes an image) naming ──► ended, on record
 *   (waiting)                              │                          └── failed ──► removing
 *                                          └── failed, cancelled ──► its file removed ──► ended
 * </pre>
 *
 * <p>Threads: {@code berth-image-N}, a few; further jobs wait. Thread-safe.
 */
final class ImageJobs implements JobOwner {
  static final String WAITING = "waiting";
  static final String WORKING = "working";
  static final String NAMING = "naming";
  static final String REMOVING = "removing";
  static final String COMPLETE = "complete";
  static final String CANCELLED = "cancelled";
  static final String INTERRUPTED = "interrupted";
  static final String FILE_FAILED = "file-failed";

  private final HostServices host;
  private final ImageLedger ledger;
  private final ImageFiles files;
  private final Supplier<ImagePlanning> planning;
  private final Executor threads;
  private final Map<JobId, ImageRun> runs = new ConcurrentHashMap<>();

  /**
   * Those of a host.
   *
   * @param planning decides by what is on record at the time
   */
  ImageJobs(
      HostServices host,
      ImageLedger ledger,
      ImageFiles files,
      Supplier<ImagePlanning> planning,
      Executor threads) {
    this.host = host;
    this.ledger = ledger;
    this.files = files;
    this.planning = planning;
    this.threads = threads;
  }

  /** The job that the same call with the same key has begun, if there is one. */
  CompletableFuture<Optional<Job>> same(
      JobOptions options, JobKind kind, ImageName image, String wish) {
    return ledger.turn(
        turn ->
            CompletableFuture.completedFuture(
                turn.jobs().same(options, kind, image.text(), Map.of(ImagePlan.WISH, wish))));
  }

  /**
   * Puts a job on record, and has it done.
   *
   * @param planned decides once more, when it is about to be done
   */
  CompletableFuture<Job> begin(
      ImagePlan plan,
      Function<ImagePlanning, ImagePlan> planned,
      JobOptions options,
      String actor) {
    return ledger.turn(
        turn -> {
          Optional<Job> same =
              turn.jobs()
                  .same(
                      options,
                      plan.kind(),
                      plan.image().text(),
                      Map.of(ImagePlan.WISH, plan.wish()));
          if (same.isPresent()) {
            return CompletableFuture.completedFuture(same.get());
          }
          turn.registry().directory(plan.image().pool());
          ImageClaims.check(turn.jobs().running(), plan.image(), plan.sources(), host.now());
          KeptJob kept = job(plan, options, actor);
          return turn.record(Entry.by(actor).began(kept))
              .thenApply(
                  done -> {
                    run(kept, plan, () -> planned.apply(planning.get()));
                    return kept.job();
                  });
        });
  }

  private KeptJob job(ImagePlan plan, JobOptions options, String actor) {
    return new KeptJob(
        new Job(
            JobId.random(),
            Job.Target.ofHost(plan.kind(), plan.image().text()),
            new Job.Origin(actor, options.key(), host.now()),
            new Job.Status(
                JobState.RUNNING,
                WAITING,
                plan.task().map(task -> Progress.of(0, plan.bytes())),
                "",
                Optional.empty())),
        plan.facts());
  }

  private void run(KeptJob job, ImagePlan plan, Supplier<ImagePlan> again) {
    ImageRun run = new ImageRun(host, ledger, files, job, plan, again);
    runs.put(job.job().id(), run);
    threads.execute(
        () -> {
          try {
            run.run();
          } finally {
            runs.remove(job.job().id());
          }
        });
  }

  /** Finds out what became of the jobs that an earlier host has left. */
  void recover() {
    ImageRecovery recovery = new ImageRecovery(host, ledger, files, planning);
    ledger.jobs().running().stream()
        .filter(job -> !BackupJobRow.isAbout(BackupJobRow.kind(job)))
        .forEach(job -> threads.execute(() -> recovery.settle(job)));
    threads.execute(recovery::sweep);
  }

  /** Ends what is under way; what it was is on record. */
  void interrupt() {
    runs.values().forEach(ImageRun::interrupt);
  }

  // ---- what is asked about jobs

  @Override
  public CompletableFuture<Job> await(Job job) {
    return ledger.jobs().await(job);
  }

  @Override
  public CompletableFuture<Job> cancelJob(JobId id, String actor) {
    return ask(id, this::cancel).thenCompose(ended -> ended);
  }

  private CompletableFuture<Job> cancel(KeptJob kept) {
    Optional.ofNullable(runs.get(kept.job().id())).ifPresent(ImageRun::cancel);
    return ledger.jobs().await(kept.job());
  }

  @Override
  public CompletableFuture<Job> pauseJob(JobId id, String actor) {
    return ask(id, ImageJobs::cannotPause);
  }

  @Override
  public CompletableFuture<Job> resumeJob(JobId id, String actor) {
    return ask(id, ImageJobs::cannotPause);
  }

  private static Job cannotPause(KeptJob kept) {
    if (!kept.isRunning()) {
      return kept.job();
    }
    throw new UnsupportedException(
        "Job "
            + kept.job().id()
            + " cannot be paused: what reads and writes images cannot be held. Cancel it, and ask"
            + " for it again later.");
  }

  /** In a turn, so that a job that has ended is told from one that has not. */
  private <T> CompletableFuture<T> ask(JobId id, Function<KeptJob, T> question) {
    return ledger.turn(
        turn -> {
          KeptJob kept =
              turn.jobs()
                  .find(id)
                  .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
          return CompletableFuture.completedFuture(question.apply(kept));
        });
  }
}
