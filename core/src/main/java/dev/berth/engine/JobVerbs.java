package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.NotFoundException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Verbs on a domain's jobs, whatever their kind. Runs in the driver's turns. */
final class JobVerbs {
  private final Ledger ledger;
  private final MachineKeeper keeper;

  JobVerbs(Ledger ledger, MachineKeeper keeper) {
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Ends a job before it is done. */
  CompletionStage<?> cancel(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> work(job).cancel(job, actor));
  }

  /** Holds a job where it is. */
  CompletionStage<?> pause(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> work(job).pausing(job).pause(job, actor));
  }

  /** Lets a job go on that is held. */
  CompletionStage<?> resume(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> work(job).pausing(job).resume(job, actor));
  }

  /** Does that to a job that has not ended; the answer is the job afterwards. */
  private CompletionStage<?> whileRunning(
      JobId id, CompletableFuture<Job> answer, Function<KeptJob, CompletionStage<Void>> verb) {
    KeptJob job =
        ledger
            .jobs()
            .find(id)
            .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
    if (!job.isRunning()) {
      answer.complete(job.job());
      return Mailbox.DONE;
    }
    return verb.apply(job).thenRun(() -> answer.complete(ledger.jobs().find(id).orElse(job).job()));
  }

  private JobWork work(KeptJob job) {
    return switch (job.job().target().kind()) {
      case DETACH_DISK, DETACH_NIC, DETACH_SHARE, DETACH_DEVICE -> keeper.detachments();
      case DUMP_MEMORY -> keeper.dumps();
      case SET_CPUS, SET_MEMORY, SET_BALLOON -> keeper.sizings();
      case BACKUP -> keeper.backups();
      case PULL_BACKUP -> keeper.exports();
      case SAVE -> keeper.saves();
      case MIGRATION -> OfflineRow.is(job) ? keeper.offlineMigrations() : keeper.migrations();
      case INCOMING_MIGRATION -> OfflineRow.is(job) ? keeper.offlineArrivals() : keeper.arrivals();
      case RESTORE_BACKUP -> keeper.restores();
      case CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          VERIFY_BACKUP,
          DELETE_BACKUP ->
          throw new IllegalStateException("no job of a domain");
      case UNKNOWN -> throw new IllegalStateException("a job of an unknown kind is never taken up");
    };
  }
}
