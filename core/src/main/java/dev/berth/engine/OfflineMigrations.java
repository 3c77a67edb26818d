package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Patience;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.migration.TargetPhase;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Domains without a machine that go to other hosts, each from its row to its end. Runs in the
 * driver's turns, and holds no thread while it waits for another host.
 *
 * <pre>
 *               the target has            it says that the
 *   on record ──a place for it──► handed-  domain is its own──► undefined here
 *  (preparing)                     over
 *       │ refused, not wanted       │ the target says that it never will be
 *       └────────► telling ◄────────┘
 *                     └─────────────► the domain stays
 *   ◄──────── the source's ───────►◄──────── the target's ─────────►
 * </pre>
 *
 * <p>It is the handing over of {@link SourceRules}, with nothing to send before: the target keeps
 * its place and starts nothing, this host puts on record that the domain is the target's, and only
 * then tells it. So at every moment one of the two hosts can start the domain at most.
 */
final class OfflineMigrations implements JobWork {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(OfflineMigrations.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private final MigrationPeers peers;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;
  private Optional<HandDecision> decision = Optional.empty();

  OfflineMigrations(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = new JobAside(mailbox, ledger, host.peerThreads().telling(), this::takeUp);
    this.peers = new MigrationPeers(host.peers());
  }

  /** Has that remove a domain that has gone, and whose undefinition is on record. */
  void whenGone(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** The host is being closed. */
  void letGo() {
    peers.close();
  }

  /** Begins a migration that is on record. */
  void begin(KeptJob job, Supplier<DomainOffer> offer) {
    AtomicReference<Arrival> reserved = new AtomicReference<>();
    aside.run(
        host.peerThreads().preparing(),
        job,
        () -> reserved.set(peers.reserve(job, offer.get())),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, SourcePhase.PREPARING)) {
            return takeUp(now); // it is not wanted any more
          }
          if (failure.isPresent()) {
            return stays(now, MigrationRow.REFUSED_BY_TARGET, said(failure.get()));
          }
          return reserved.get().phase() == TargetPhase.RECEIVED
              ? next(now, MigrationRow.in(SourcePhase.HANDED_OVER, now))
              : stays(now, MigrationRow.REFUSED_BY_TARGET, reserved.get().detail());
        });
  }

  private static String said(BerthException failure) {
    return PeerWords.of(String.valueOf(failure.getMessage()));
  }

  // ---- what the target is told

  private CompletionStage<?> converse(KeptJob job) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    Optional<HandDecision> byHand = byHand(job);
    boolean gives =
        MigrationRow.phase(job) == SourcePhase.HANDED_OVER
            && byHand.filter(HandDecision::keeps).isEmpty();
    aside.run(
        job,
        () -> said.set(gives ? peers.take(job) : peers.discard(job)),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, MigrationRow.phase(job))) {
            return takeUp(now);
          }
          Arrival heard =
              failure.map(why -> Arrival.of(TargetPhase.SILENT, said(why))).orElseGet(said::get);
          return byHand.isPresent() ? decided(now, byHand.get(), heard) : answered(now, heard);
        });
    return Mailbox.DONE;
  }

  private CompletionStage<?> answered(KeptJob job, Arrival said) {
    SourceRules.Act act =
        SourceRules.decide(MigrationRow.phase(job), Qemu.GONE, said.phase(), Patience.OVER);
    return switch (act) {
      case END -> finish(job, "");
      case LOSE -> stays(job, MigrationRow.TARGET_FAILED, said.detail());
      case FINISH -> told(job, said);
      case WAIT, TELL_TO_TAKE, TELL_TO_DISCARD -> later(job, said);
      case BEGIN, WATCH, SWITCH, CONTINUE, NOTE_SENT, HAND_OVER, RETURN ->
          Mailbox.DONE; // of a machine
    };
  }

  private CompletionStage<?> told(KeptJob job, Arrival said) {
    boolean twice = said.phase() == TargetPhase.OWNER || said.phase() == TargetPhase.COMPLETE;
    String detail = job.job().status().detail();
    return ended(
        job,
        twice
            ? detail + "; the target says that the domain is there, too: undefine it at one of them"
            : detail);
  }

  private CompletionStage<?> later(KeptJob job, Arrival said) {
    String detail =
        said.phase() == TargetPhase.SILENT
            ? "the target does not answer: " + said.detail()
            : "the target says '" + said.phase().text() + "'";
    ledger
        .jobs()
        .show(job.with(MigrationRow.running(MigrationRow.phase(job), Optional.empty(), detail)));
    if (byHand(job).isPresent()) {
      return takeUp(job); // it was decided meanwhile, and is asked once more
    }
    host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  // ---- its ends

  /** The one step by which the domain stays: on the disk before it can be started. */
  private CompletionStage<?> stays(KeptJob job, String code, String why) {
    return next(job, MigrationRow.telling(job, code, why));
  }

  private CompletionStage<?> next(KeptJob before, KeptJob next) {
    Step step = step(next).job(next);
    if (MigrationRow.phase(next) == SourcePhase.HANDED_OVER) {
      step.policy(Step.Policy.OVERRIDDEN);
    }
    return ledger
        .request(step)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                return takeUp(next).thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", before.job().id(), failure);
              host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> notedAgain(before, next)));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  /** What was decided stays so, unless something else was meanwhile. */
  private CompletionStage<?> notedAgain(KeptJob before, KeptJob next) {
    return ledger
            .jobs()
            .find(before.job().id())
            .filter(now -> MigrationRow.isIn(now, MigrationRow.phase(before)))
            .isPresent()
        ? next(before, next)
        : Mailbox.DONE;
  }

  private CompletionStage<?> ended(KeptJob job, String detail) {
    String code = MigrationRow.end(job);
    JobState state = code.equals(MigrationRow.CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    peers.forget(job.job().id());
    return keeper.record(JobSteps.ended(step(job), job.with(status(state, code, detail))));
  }

  private Job.Status status(JobState state, String code, String detail) {
    return new Job.Status(state, code, Optional.empty(), detail, Optional.of(host.now()));
  }

  /** The domain is defined elsewhere, and not here any more. */
  private CompletionStage<?> finish(KeptJob job, String detail) {
    String actor = job.job().origin().actor();
    KeptJob done = job.with(status(JobState.SUCCEEDED, MigrationRow.COMPLETE, detail));
    Step step =
        step(job)
            .status(
                new DomainStatus(
                    DomainState.SHUTOFF,
                    StateReason.MIGRATED,
                    Optional.of("to " + MigrationRow.target(job)),
                    host.now()))
            .policy(Step.Policy.OVERRIDDEN)
            .intent(new Intent(ledger.uuid(), "undefine", "{}", actor, host.now()))
            .whenPublished(() -> host.departed().add(done.job()));
    peers.forget(job.job().id());
    return keeper
        .record(JobSteps.ended(step, done))
        .thenCompose(recorded -> undefine.apply(actor))
        .exceptionally(
            left -> {
              LOG.warn("Domain '{}' has moved, and stays defined here", ledger.name(), left);
              return null;
            });
  }

  // ---- found again

  /** A domain without a machine has none to be adopted. */
  @Override
  public void resume(Lifecycle.Active active) {
    running().forEach(this::takeUp);
  }

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    running().forEach(this::takeUp);
    return Mailbox.DONE;
  }

  private CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    answerDecision(job);
    return switch (MigrationRow.phase(job)) {
      case PREPARING ->
          stays(
              job,
              MigrationRow.INTERRUPTED,
              "the host's process ended before the target had a place for it");
      case HANDED_OVER, TELLING -> converse(job);
      case COPYING, TRANSFERRING, SWITCHING, SENT, ENDING, RETURNING ->
          Mailbox.DONE; // of a machine
    };
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    return switch (MigrationRow.phase(job)) {
      case PREPARING ->
          ledger
              .request(
                  step(job).job(MigrationRow.telling(job, MigrationRow.CANCELLED, "by " + actor)))
              .thenRun(() -> takeUp(job));
      case TELLING ->
          ended(
                  job,
                  job.job().status().detail()
                      + "; the target was not told: 'vmctl migration resolve --owner other' there"
                      + " ends what it has of it")
              .thenAccept(done -> {})
              .toCompletableFuture();
      case COPYING, TRANSFERRING, SWITCHING, SENT, HANDED_OVER, ENDING, RETURNING ->
          throw new InvalidStateException(
              "Cannot cancel job "
                  + job.job().id()
                  + ": the domain is changing hosts. Wait for it; 'vmctl migration resolve' is for"
                  + " a target that never answers again.");
    };
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job " + job.job().id() + ": there is nothing that takes its time.");
  }

  // ---- decided by hand

  /**
   * Decides by hand, once the target was asked once more.
   *
   * @return empty when there is nothing here to be decided; completes when it is on record
   */
  Optional<CompletableFuture<Void>> resolve(GuestOwner owner, String actor) {
    return running().stream()
        .filter(job -> MigrationRow.phase(job) == SourcePhase.HANDED_OVER)
        .findFirst()
        .map(
            job -> {
              decision.ifPresent(
                  earlier -> failed(earlier, "Somebody else has decided after that."));
              HandDecision now =
                  new HandDecision(job.job().id(), owner, actor, new CompletableFuture<>());
              decision = Optional.of(now);
              takeUp(job);
              return now.answer();
            });
  }

  private Optional<HandDecision> byHand(KeptJob job) {
    return decision.filter(
        it -> MigrationRow.phase(job) == SourcePhase.HANDED_OVER && it.isOf(job));
  }

  private static void failed(HandDecision byHand, String why) {
    byHand.answer().completeExceptionally(new InvalidStateException(why));
  }

  private CompletionStage<?> decided(KeptJob job, HandDecision byHand, Arrival said) {
    SourceRules.Act act =
        byHand.keeps()
            ? SourceRules.keptByHand(said.phase())
            : SourceRules.givenByHand(said.phase());
    return switch (act) {
      case RETURN ->
          byHand.keeps()
              ? stays(job, MigrationRow.DECIDED_BY_HAND, byHand.by())
              : stays(job, MigrationRow.TARGET_FAILED, said.detail());
      case END -> {
        decision = Optional.empty();
        yield finish(job, byHand.by()).thenRun(() -> byHand.answer().complete(null));
      }
      default -> {
        decision = Optional.empty();
        failed(
            byHand,
            "There is nothing to decide about domain '"
                + ledger.name()
                + "': the other host answers, and says '"
                + said.phase().text()
                + "'. It is told that the domain is its own.");
        yield takeUp(job);
      }
    };
  }

  /** Whoever has decided that it stays is answered once that is on record. */
  private void answerDecision(KeptJob job) {
    Optional<HandDecision> waiting = decision.filter(it -> it.isOf(job));
    if (waiting.isEmpty() || MigrationRow.phase(job) == SourcePhase.HANDED_OVER) {
      return;
    }
    decision = Optional.empty();
    if (waiting.get().keeps()) {
      waiting.get().answer().complete(null);
    } else {
      failed(waiting.get(), "The other host has answered: it does not take the domain.");
    }
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.MIGRATION && OfflineRow.is(job))
        .toList();
  }
}
