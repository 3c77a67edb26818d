package dev.berth.engine;

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
  public CompletionStage<Void> ended(KeptJob job) {
    return keeper.record(JobSteps.ended(Step.by(job.job().origin().actor()), job));
  }
}
