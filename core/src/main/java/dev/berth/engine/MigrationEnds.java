package dev.berth.engine;

import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.migration.Arrival;
import dev.berth.migration.TargetPhase;
import dev.berth.store.Intent;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How migrations end at the host that the guest comes from. In the driver's turns. */
final class MigrationEnds {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationEnds.class);

  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final MigrationPeers peers;
  private final MigratedDomain domain;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;

  MigrationEnds(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      MigrationPeers peers,
      MigratedDomain domain) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.peers = peers;
    this.domain = domain;
  }

  /** Has that remove a domain whose guest has gone, and whose undefinition is on record. */
  void whenGone(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** The target knows that it is over. */
  CompletionStage<?> told(KeptJob job, Arrival said) {
    boolean twice = said.phase() == TargetPhase.OWNER || said.phase() == TargetPhase.COMPLETE;
    String detail = MigrationRow.why(job);
    return ended(
        job, twice ? detail + "; the target says that the guest goes on there, too" : detail);
  }

  /** It is over, and the guest goes on here. */
  CompletionStage<?> ended(KeptJob job, String detail) {
    String code = MigrationRow.end(job);
    JobState state = code.equals(MigrationRow.CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    peers.forget(job.job().id());
    return keeper.record(JobSteps.ended(step(job), job.with(ended(job, state, code, detail))));
  }

  private Job.Status ended(KeptJob job, JobState state, String code, String detail) {
    return new Job.Status(
        state, code, job.job().status().progress(), detail, Optional.of(host.now()));
  }

  /** The guest goes on elsewhere, and its domain with it. */
  CompletionStage<?> gone(KeptJob job) {
    String actor = job.job().origin().actor();
    Job.Status status =
        ended(job, JobState.SUCCEEDED, MigrationRow.COMPLETE, job.job().status().detail())
            .with(MigrationFigures.of(job).figures());
    Step step =
        step(job)
            .status(domain.gone(job))
            .policy(Step.Policy.OVERRIDDEN)
            .intent(new Intent(ledger.uuid(), "undefine", "{}", actor, host.now()));
    peers.forget(job.job().id());
    return keeper
        .record(JobSteps.ended(step, job.with(status)).whenPublished(() -> departed(job, status)))
        .thenCompose(done -> undefine.apply(actor))
        .exceptionally(
            left -> {
              LOG.warn("Domain '{}' has moved, and stays defined here", ledger.name(), left);
              return null;
            });
  }

  private void departed(KeptJob job, Job.Status status) {
    host.departed().add(job.with(status).job());
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }
}
