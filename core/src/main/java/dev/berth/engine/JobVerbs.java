package dev.berth.engine;

import dev.berth.error.NotFoundException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

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
    KeptJob job =
        ledger
            .jobs()
            .find(id)
            .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
    if (!job.isRunning()) {
      answer.complete(job.job());
      return Mailbox.DONE;
    }
    return work(job.job().target().kind())
        .cancel(job, actor)
        .thenRun(() -> answer.complete(ledger.jobs().find(id).orElse(job).job()));
  }

  private JobWork work(JobKind kind) {
    return switch (kind) {
      case DETACH_DISK, DETACH_NIC, DETACH_DEVICE -> keeper.detachments();
      case DUMP_MEMORY -> keeper.dumps();
      case SET_CPUS, SET_MEMORY, SET_BALLOON -> keeper.sizings();
      case UNKNOWN -> throw new IllegalStateException("a job of an unknown kind is never taken up");
    };
  }
}
