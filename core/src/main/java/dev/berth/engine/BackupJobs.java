package dev.berth.engine;

import static dev.berth.engine.BackupJobRow.CANCELLED;
import static dev.berth.engine.BackupJobRow.COMPLETE;
import static dev.berth.engine.BackupJobRow.FILE_FAILED;
import static dev.berth.engine.BackupJobRow.INTERRUPTED;
import static dev.berth.engine.BackupJobRow.NAMING;
import static dev.berth.engine.BackupJobRow.UNDOING;
import static dev.berth.engine.BackupJobRow.kind;
import static dev.berth.engine.BackupJobRow.phase;

import dev.berth.engine.BackupRun.Outcome;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.store.Change;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * Jobs about complete backups, of one domain or of the host: one is restored, verified or deleted.
 * Runs in the turns of whose they are; what takes its time is done by {@link BackupRun}s.
 *
 * <pre>
 *   on record ──a thread is free──► working ──► (restore) naming ──► ended, on record
 *   (waiting)                          │                    └── failed ──► said what is left
 *        └─────────────────────────────┴── failed, not wanted ──► what was made is removed ──► ended
 * </pre>
 *
 * <p>An image that is being named is known by its number on the disk, so that whoever finds the job
 * again tells it from any other of its name.
 */
final class BackupJobs implements JobWork {
  private final HostServices host;
  private final JobBook book;
  private final Function<KeptJob, Runnable> checks;
  private final Map<JobId, BackupRun> runs = new ConcurrentHashMap<>();

  /**
   * Those of one owner.
   *
   * @param checks what looks, for a job that is found again, whether it is still right
   */
  BackupJobs(HostServices host, JobBook book, Function<KeptJob, Runnable> checks) {
    this.host = host;
    this.book = book;
    this.checks = checks;
  }

  /**
   * Begins a job that is on record.
   *
   * @param check fails when what it is about is not any more as it was when it was asked for
   */
  void begin(KeptJob job, Runnable check) {
    run(job, check, work(job));
  }

  private static Function<BackupRun, Outcome> work(KeptJob job) {
    return switch (kind(job)) {
      case RESTORE_BACKUP -> BackupRun::copy;
      case VERIFY_BACKUP -> BackupRun::verify;
      case DELETE_BACKUP -> BackupRun::delete;
      default -> throw new IllegalStateException("no job about a complete backup");
    };
  }

  private void run(KeptJob job, Runnable check, Function<BackupRun, Outcome> work) {
    run(host.restores(), job, check, work);
  }

  private void run(
      Executor threads, KeptJob job, Runnable check, Function<BackupRun, Outcome> work) {
    BackupRun run = new BackupRun(host, job, check, progress -> show(job.job().id(), progress));
    runs.put(job.job().id(), run);
    replaced(job).forEach(file -> host.filesInChange().begin(file, job.job()));
    try {
      threads.execute(
          () -> {
            Outcome outcome = work.apply(run);
            book.mailbox().event(() -> done(job, run, outcome));
          });
    } catch (RejectedExecutionException closed) {
      runs.remove(job.job().id()); // the next host finds out
    }
  }

  private void show(JobId id, Progress progress) {
    book.mailbox()
        .event(
            () -> {
              now(id)
                  .filter(
                      job ->
                          List.of(BackupJobRow.WAITING, BackupJobRow.WORKING).contains(phase(job)))
                  .ifPresent(job -> book.jobs().show(BackupJobRow.at(job, progress)));
              return Mailbox.DONE;
            });
  }

  private Optional<KeptJob> now(JobId id) {
    return book.jobs().find(id).filter(KeptJob::isRunning);
  }

  private CompletionStage<?> done(KeptJob began, BackupRun run, Outcome outcome) {
    runs.remove(began.job().id(), run);
    if (outcome.isLeft()) {
      return Mailbox.DONE;
    }
    KeptJob job = now(began.job().id()).orElse(began);
    if (phase(job).equals(UNDOING)) {
      return outcome.failed().isPresent() || kind(job) != JobKind.RESTORE_BACKUP
          ? end(job, BackupJobRow.end(job), undone(job, outcome))
          : undo(job);
    }
    if (outcome.failed().isPresent()) {
      return end(job, outcome.failed().get(), outcome.detail());
    }
    if (kind(job) == JobKind.RESTORE_BACKUP && !phase(job).equals(NAMING)) {
      return name(BackupJobRow.naming(job, outcome.made()));
    }
    return record(
        BackupJobRow.ended(job, JobState.SUCCEEDED, COMPLETE, outcome.detail(), host.now()),
        run.changes());
  }

  /** The images that are to be others, which no machine opens until it has ended. */
  static List<Path> replaced(KeptJob job) {
    return kind(job) == JobKind.RESTORE_BACKUP && job.job().target().domain().isPresent()
        ? BackupJobRow.plan(job).disks().stream().map(RestorePlan.OfDisk::file).toList()
        : List.of();
  }

  private CompletionStage<Void> record(KeptJob ended, List<Change> changes) {
    return book.ended(ended, changes)
        .thenRun(
            () -> replaced(ended).forEach(file -> host.filesInChange().end(file, ended.job())));
  }

  private static String undone(KeptJob job, Outcome outcome) {
    return (job.job().status().detail() + " " + outcome.detail()).strip();
  }

  /** On record before an image has its name: what has been named is not made again. */
  private CompletionStage<?> name(KeptJob naming) {
    return book.goesOn(naming)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                run(host.patient(), naming, () -> {}, BackupRun::name); // behind no other's copies
              } else {
                undoing(naming, FILE_FAILED, "it cannot be put on record: " + failure.getMessage());
              }
              return recorded;
            });
  }

  private void undoing(KeptJob job, String end, String why) {
    KeptJob undoing = BackupJobRow.undoing(job, end, why);
    book.jobs().show(undoing);
    undo(undoing);
  }

  private CompletionStage<?> undo(KeptJob job) {
    run(host.patient(), job, () -> {}, run -> removed(run));
    return Mailbox.DONE;
  }

  private static Outcome removed(BackupRun run) {
    try {
      run.endLeftOver();
    } catch (BerthException stillThere) {
      return Outcome.failed(CANCELLED, String.valueOf(stillThere.getMessage()));
    }
    Outcome discarded = run.discard();
    return Outcome.failed(CANCELLED, discarded.detail());
  }

  private CompletionStage<?> end(KeptJob job, String code, String detail) {
    JobState state = code.equals(CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    String sentence =
        code.equals(INTERRUPTED) && detail.isEmpty() ? "the host was closed meanwhile" : detail;
    return record(BackupJobRow.ended(job, state, code, sentence, host.now()), List.of());
  }

  // ---- found again

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    book.jobs().running().stream()
        .filter(job -> BackupJobRow.isAbout(kind(job)))
        .filter(job -> !runs.containsKey(job.job().id()))
        .forEach(this::takeUp);
    return Mailbox.DONE;
  }

  private void takeUp(KeptJob job) {
    if (kind(job) == JobKind.DELETE_BACKUP) {
      begin(job, checks.apply(job));
    } else if (kind(job) == JobKind.RESTORE_BACKUP && phase(job).equals(NAMING)) {
      run(job, () -> {}, BackupRun::name);
    } else {
      KeptJob undoing =
          phase(job).equals(UNDOING)
              ? job
              : BackupJobRow.undoing(job, INTERRUPTED, "the host's process ended meanwhile");
      book.jobs().show(undoing);
      undo(undoing);
    }
  }

  // ---- ended before they are done

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    if (phase(job).equals(UNDOING)) {
      return CompletableFuture.completedFuture(null);
    }
    if (kind(job) == JobKind.DELETE_BACKUP || phase(job).equals(NAMING)) {
      throw new InvalidStateException(
          "Cannot cancel job "
              + job.job().id()
              + ": what it does cannot be taken back any more. Wait for it.");
    }
    KeptJob undoing = BackupJobRow.undoing(job, CANCELLED, "by " + actor);
    return book.goesOn(undoing)
        .thenRun(
            () -> {
              BackupRun run = runs.get(job.job().id());
              if (run != null) {
                run.end(CANCELLED);
              }
            });
  }

  /** The host is being closed. Any thread. */
  void interrupt() {
    runs.values().forEach(run -> run.end(INTERRUPTED));
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Job "
            + job.job().id()
            + " cannot be paused: what reads and writes images cannot be held. Cancel it, and ask"
            + " for it again later.");
  }
}
