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
  private final Function<KeptJob, JobWork> works;

  /**
   * Those of one domain.
   *
   * @param works what does a job
   */
  JobVerbs(Ledger ledger, Function<KeptJob, JobWork> works) {
    this.ledger = ledger;
    this.works = works;
  }

  /** Ends a job before it is done. */
  CompletionStage<?> cancel(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> works.apply(job).cancel(job, actor));
  }

  /** Holds a job where it is. */
  CompletionStage<?> pause(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> works.apply(job).pausing(job).pause(job, actor));
  }

  /** Lets a job go on that is held. */
  CompletionStage<?> resume(JobId id, String actor, CompletableFuture<Job> answer) {
    return whileRunning(id, answer, job -> works.apply(job).pausing(job).resume(job, actor));
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
}
