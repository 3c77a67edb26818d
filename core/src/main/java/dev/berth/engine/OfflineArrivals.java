package dev.berth.engine;

import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.migration.Arrival;
import dev.berth.migration.TargetPhase;
import dev.berth.store.Intent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Domains without a machine that come from other hosts. Each has its place here from the beginning,
 * and is the source's until that says otherwise: nothing starts it before. Runs in the driver's
 * turns.
 */
final class OfflineArrivals implements JobWork {
  private static final Logger LOG = LoggerFactory.getLogger(OfflineArrivals.class);

  private final HostServices host;
  private final Ledger ledger;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;

  OfflineArrivals(HostServices host, Ledger ledger) {
    this.host = host;
    this.ledger = ledger;
  }

  /** Has that remove a domain that does not come. */
  void whenForgotten(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** Whether that migration is one of these. */
  boolean has(JobId id) {
    return find(id).isPresent();
  }

  private Optional<KeptJob> find(JobId id) {
    return ledger.jobs().find(id).filter(OfflineArrivals::is);
  }

  private static boolean is(KeptJob job) {
    return job.job().target().kind() == JobKind.INCOMING_MIGRATION && OfflineRow.is(job);
  }

  /** How far it is. */
  Arrival arrival(JobId id) {
    return find(id)
        .map(job -> Arrival.of(ArrivalRow.phase(job), job.job().status().detail()))
        .orElseGet(() -> Arrival.of(TargetPhase.NONE, "there is no such migration here"));
  }

  /** The domain is this host's; answers when that is on record. */
  CompletionStage<?> take(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> received =
        find(id).filter(job -> ArrivalRow.phase(job) == TargetPhase.RECEIVED);
    if (received.isEmpty()) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    KeptJob job = received.get();
    Job.Status status =
        new Job.Status(
            JobState.SUCCEEDED,
            TargetPhase.COMPLETE.text(),
            Optional.empty(),
            "",
            Optional.of(host.now()));
    return ledger
        .request(JobSteps.ended(step(job), job.with(status)))
        .thenRun(() -> answer.complete(arrival(id)))
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  /** The domain never will be this host's, unless it is already; it is forgotten then. */
  CompletionStage<?> discard(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> unwanted = find(id).filter(KeptJob::isRunning);
    if (unwanted.isEmpty()) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    return forget(unwanted.get())
        .thenRun(() -> answer.complete(Arrival.of(TargetPhase.FAILED, "its source has it")))
        .exceptionally(failure -> Requests.fail(answer, failure));
  }

  /** The one step by which it never is this host's, and its end. */
  private CompletionStage<Void> forget(KeptJob job) {
    String actor = job.job().origin().actor();
    KeptJob failed = ArrivalRow.in(TargetPhase.FAILED, job, "its source has taken it back");
    return ledger
        .request(
            step(failed)
                .job(failed)
                .intent(new Intent(ledger.uuid(), "undefine", "{}", actor, host.now())))
        .thenCompose(
            recorded -> // what is not on record is not said to be so
            undefine
                    .apply(actor)
                    .exceptionally(
                        left -> {
                          LOG.warn(
                              "Domain '{}' did not come, and stays defined", ledger.name(), left);
                          return null;
                        }))
        .thenAccept(done -> {});
  }

  /**
   * Decides by hand.
   *
   * @return empty when there is nothing here to be decided
   */
  Optional<CompletionStage<?>> resolve(GuestOwner owner) {
    return ledger.jobs().running().stream()
        .filter(OfflineArrivals::is)
        .findFirst()
        .map(
            job -> {
              CompletableFuture<Arrival> answer = new CompletableFuture<>();
              JobId id = job.job().id();
              return switch (owner) {
                case THIS_HOST -> take(id, answer).thenCompose(done -> answer);
                case OTHER_HOST -> discard(id, answer).thenCompose(done -> answer);
              };
            });
  }

  /** A domain that has a machine has come long ago. */
  @Override
  public void resume(Lifecycle.Active active) {}

  /** What was taken back and could not be removed is removed now. */
  @Override
  public CompletionStage<?> settleWithoutMachine() {
    return ledger.jobs().running().stream()
        .filter(OfflineArrivals::is)
        .filter(job -> ArrivalRow.phase(job) == TargetPhase.FAILED)
        .findFirst()
        .<CompletionStage<?>>map(this::forget)
        .orElse(Mailbox.DONE);
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    throw new InvalidStateException(
        "Cannot cancel job "
            + job.job().id()
            + " here: its domain is another host's. Cancel it there; 'vmctl migration resolve' is"
            + " for a source that never answers again.");
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job " + job.job().id() + ": there is nothing that takes its time.");
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }
}
