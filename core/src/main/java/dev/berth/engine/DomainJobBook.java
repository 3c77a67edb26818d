package dev.berth.engine;

import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.store.Change;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The jobs of a domain, as its ledger has them. */
record DomainJobBook(Mailbox mailbox, Ledger ledger, MachineKeeper keeper) implements JobBook {

  @Override
  public DomainJobs jobs() {
    return ledger.jobs();
  }

  @Override
  public CompletionStage<Void> goesOn(KeptJob job) {
    return ledger.request(Step.by(job.job().origin().actor()).job(job));
  }

  @Override
  public CompletionStage<Void> ended(KeptJob job, List<Change> changes) {
    Step step = Step.by(job.job().origin().actor());
    changes.forEach(step::change);
    return keeper.record(JobSteps.ended(step, job));
  }
}
