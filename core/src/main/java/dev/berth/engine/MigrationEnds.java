package dev.berth.engine;

import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.migration.Arrival;
import dev.berth.migration.TargetPhase;
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
  private Function<KeptJob, CompletionStage<Void>> departure = ended -> Mailbox.DONE;
  private Optional<JobId> departing = Optional.empty();

  MigrationEnds(HostServices host, Ledger ledger, MachineKeeper keeper, MigrationPeers peers) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.peers = peers;
  }

  /** Has that remove a domain whose guest has gone, and with that end its migration. */
  void whenGone(Function<KeptJob, CompletionStage<Void>> removal) {
    departure = removal;
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

  /** The guest goes on elsewhere, and its domain with it: it is over once that is gone here. */
  CompletionStage<?> gone(KeptJob job) {
    if (departing.equals(Optional.of(job.job().id()))) {
      return Mailbox.DONE; // which takes its time
    }
    departing = Optional.of(job.job().id());
    KeptJob ended =
        job.with(
            ended(job, JobState.SUCCEEDED, MigrationRow.COMPLETE, job.job().status().detail())
                .with(MigrationFigures.of(job).figures()));
    peers.forget(job.job().id());
    return departure
        .apply(ended)
        .handle((done, failure) -> failure == null ? Mailbox.DONE : left(ended, failure))
        .thenCompose(stage -> stage);
  }

  /** The domain stays for whoever undefines it; it has moved all the same. */
  private CompletionStage<Void> left(KeptJob ended, Throwable why) {
    LOG.warn("Domain '{}' has moved, and stays defined here", ledger.name(), why);
    return keeper.record(JobSteps.ended(step(ended).policy(Step.Policy.OVERRIDDEN), ended));
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }
}
