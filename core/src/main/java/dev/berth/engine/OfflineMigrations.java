package dev.berth.engine;

import dev.berth.engine.migration.HandDecision;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.host.MigrationPace;
import dev.berth.machine.StreamKey;
import dev.berth.migration.Arrival;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Patience;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.migration.TargetPhase;
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
 *   on record ──a place for it──► handed-  domain is its own──► ending ──► undefined here
 *  (preparing)    ▲   │            over
 *       │         │   │ refused, not │ the target says that it never will be
 *       │ copying-storage   wanted   │
 *       └─────────┴───┴──► telling ◄─┘
 *                            └─────────────► the domain stays
 *   ◄──────── the source's ───────►◄──────── the target's ─────────►
 * </pre>
 *
 * <p>It is the handing over of {@link SourceRules}, with no state to send before: the target keeps
 * its place and starts nothing, this host puts on record that the domain is the target's, and only
 * then tells it. So at every moment one of the two hosts can start the domain at most. The images
 * that it takes along are {@link CopyingAtRest}'s affair, and are there before.
 */
final class OfflineMigrations implements JobWork, CopyingAtRest.Course {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Logger LOG = LoggerFactory.getLogger(OfflineMigrations.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final MigrationPeers peers;
  private final MigratedDomain domain;
  private final MigrationEnds ends;
  private final HandDecisions decisions;
  private final CopyingAtRest copying;

  OfflineMigrations(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = new JobAside(mailbox, ledger, host.peerThreads().telling(), this::takeUp);
    this.peers = new MigrationPeers(host.peers());
    this.domain = new MigratedDomain(host, ledger);
    this.ends = new MigrationEnds(host, ledger, keeper, peers);
    this.decisions = new HandDecisions(ledger);
    this.copying = new CopyingAtRest(host, mailbox, ledger, keeper, aside, this);
  }

  /** Has that remove a domain that has gone, and with that end its migration. */
  void whenGone(Function<KeptJob, CompletionStage<Void>> removal) {
    ends.whenGone(removal);
  }

  /** The host is being closed. */
  @Override
  public void letGo() {
    copying.letGo();
    peers.close();
  }

  /** Begins a migration that is on record. */
  void begin(KeptJob job, Supplier<DomainOffer> offer) {
    copying.claim(job);
    AtomicReference<Optional<StreamKey>> key = new AtomicReference<>(Optional.empty());
    AtomicReference<Arrival> reserved = new AtomicReference<>();
    aside.run(
        host.peerThreads().preparing(),
        job,
        () -> {
          DomainOffer offered = offer.get();
          key.set(offered.key());
          reserved.set(peers.reserve(job, offered));
        },
        (now, failure) -> {
          copying.encryptBy(key.get());
          if (!MigrationRow.isIn(now, SourcePhase.PREPARING)) {
            return takeUp(now); // it is not wanted any more
          }
          return failure.isPresent()
              ? stays(now, MigrationRow.REFUSED_BY_TARGET, said(failure.get()))
              : reserved(now, reserved.get());
        });
  }

  private CompletionStage<?> reserved(KeptJob job, Arrival said) {
    return switch (SourceRules.reserved(said.phase(), StorageRow.hasCopies(job))) {
      case HAND_OVER -> next(job, MigrationRow.in(SourcePhase.HANDED_OVER, job));
      case BEGIN ->
          said.storage().isPresent()
              ? next(job, StorageRow.copying(job, said.storage().get()))
              : stays(job, MigrationRow.REFUSED_BY_TARGET, "it does not say where images go");
      default -> stays(job, MigrationRow.REFUSED_BY_TARGET, said.detail());
    };
  }

  private static String said(BerthException failure) {
    return PeerWords.of(String.valueOf(failure.getMessage()));
  }

  // ---- its images

  @Override
  public CompletionStage<?> copied(KeptJob job) {
    return converse(job);
  }

  /** If the target has ended it, its words say more. */
  @Override
  public CompletionStage<?> broken(KeptJob job, String why) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    aside.run(
        job,
        () -> said.set(peers.await(job, Duration.ZERO)),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, SourcePhase.COPYING)) {
            return takeUp(now);
          }
          boolean failed = failure.isEmpty() && said.get().phase() == TargetPhase.FAILED;
          return failed
              ? stays(now, MigrationRow.TARGET_FAILED, said.get().detail())
              : stays(now, MigrationRow.TRANSFER_FAILED, why);
        });
    return Mailbox.DONE;
  }

  // ---- what the target is told

  private CompletionStage<?> converse(KeptJob job) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    Optional<HandDecision> byHand = decisions.of(job);
    aside.run(
        job,
        () -> said.set(tell(job, byHand)),
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

  private Arrival tell(KeptJob job, Optional<HandDecision> byHand) {
    return switch (MigrationRow.phase(job)) {
      case COPYING -> peers.settle(job);
      case HANDED_OVER ->
          byHand.filter(HandDecision::keeps).isPresent() ? peers.discard(job) : peers.take(job);
      case PREPARING, TRANSFERRING, SWITCHING, SENT, ENDING, RETURNING, TELLING ->
          peers.discard(job);
    };
  }

  private CompletionStage<?> answered(KeptJob job, Arrival said) {
    SourceRules.Act act =
        MigrationRow.phase(job) == SourcePhase.COPYING
            ? SourceRules.settled(said.phase())
            : SourceRules.decide(MigrationRow.phase(job), Qemu.GONE, said.phase(), Patience.OVER);
    return switch (act) {
      case HAND_OVER -> next(job, MigrationRow.in(SourcePhase.HANDED_OVER, job));
      case END -> moved(job);
      case LOSE, RETURN -> stays(job, MigrationRow.TARGET_FAILED, said.detail());
      case FINISH -> told(job, said);
      case WAIT, TELL_TO_TAKE, TELL_TO_DISCARD -> later(job, said);
      case BEGIN, WATCH, SWITCH, CONTINUE, NOTE_SENT -> Mailbox.DONE; // of a machine
    };
  }

  private CompletionStage<?> told(KeptJob job, Arrival said) {
    boolean twice = said.phase() == TargetPhase.OWNER || said.phase() == TargetPhase.COMPLETE;
    String detail = MigrationRow.why(job);
    return ends.ended(
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
        .show(
            job.with(
                MigrationRow.running(
                    MigrationRow.phase(job), job.job().status().progress(), detail)));
    if (decisions.of(job).isPresent()) {
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
    } else if (MigrationRow.phase(next) == SourcePhase.ENDING) {
      step.status(domain.gone(next));
    }
    return ledger
        .request(step)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                return entered(next).thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", before.job().id(), failure);
              host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> notedAgain(before, next)));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  private CompletionStage<?> entered(KeptJob job) {
    if (MigrationRow.phase(job) != SourcePhase.COPYING) {
      return takeUp(job);
    }
    copying.begin(job);
    return Mailbox.DONE;
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

  private CompletionStage<?> moved(KeptJob job) {
    KeptJob moved = MigrationFigures.moved(job, host.now());
    return finish(
        moved,
        StorageRow.hasCopies(moved)
            ? MigrationFigures.wordsOfImages(moved) + StorageRow.remains(moved)
            : "");
  }

  /** The one step by which the domain is defined elsewhere, and is to go from here. */
  private CompletionStage<?> finish(KeptJob job, String detail) {
    return next(job, MigrationRow.in(SourcePhase.ENDING, job, detail));
  }

  // ---- how fast

  /**
   * Sets anew how fast images are copied.
   *
   * @param answer completes when QEMU has taken it
   * @return this turn; empty when there are none
   */
  Optional<CompletionStage<?>> setPace(
      MigrationPace pace, String actor, CompletableFuture<Void> answer) {
    return running().stream()
        .filter(job -> MigrationRow.phase(job) == SourcePhase.COPYING)
        .findFirst()
        .map(job -> setPace(job, pace, actor, answer));
  }

  private CompletionStage<?> setPace(
      KeptJob job, MigrationPace pace, String actor, CompletableFuture<Void> answer) {
    if (pace.downtime().isPresent()) {
      throw new InvalidStateException(
          "Job "
              + job.job().id()
              + " is of a domain without a machine, and has no guest that stands: set its speed"
              + " alone.");
    }
    KeptJob next = MigrationRow.at(pace, job);
    return ledger
        .request(Step.by(actor).job(next))
        .thenRun(
            () ->
                copying
                    .setPace(next)
                    .whenComplete(
                        (done, failure) -> {
                          if (failure == null) {
                            answer.complete(null);
                          } else {
                            Answers.fail(answer, failure);
                          }
                        }));
  }

  // ---- found again

  /** In turns of their own: the domain may go by that. */
  @Override
  public CompletionStage<?> settleWithoutMachine() {
    running().forEach(job -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    decisions.answer(job);
    return switch (MigrationRow.phase(job)) {
      case PREPARING ->
          stays(
              job,
              MigrationRow.INTERRUPTED,
              "the host's process ended before the target had a place for it");
      case COPYING -> copying.takeUp(job);
      case HANDED_OVER, TELLING -> StandInRow.reads(job) ? copying.end(job) : converse(job);
      case ENDING -> ends.gone(job);
      case TRANSFERRING, SWITCHING, SENT, RETURNING -> Mailbox.DONE; // of a machine
    };
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    return switch (MigrationRow.phase(job)) {
      case PREPARING, COPYING ->
          ledger
              .request(
                  step(job).job(MigrationRow.telling(job, MigrationRow.CANCELLED, "by " + actor)))
              .thenRun(
                  () -> {
                    copying.giveUp(job);
                    takeUp(job);
                  });
      case TELLING -> {
        if (StandInRow.reads(job)) { // which goes first
          copying.giveUp(job);
          yield CompletableFuture.completedFuture(null);
        }
        yield ends.ended(
                job,
                job.job().status().detail()
                    + "; the target was not told: 'vmctl migration resolve --owner other' there"
                    + " ends what it has of it")
            .thenAccept(done -> {})
            .toCompletableFuture();
      }
      case TRANSFERRING, SWITCHING, SENT, HANDED_OVER, ENDING, RETURNING ->
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
        "Cannot pause or resume job "
            + job.job().id()
            + ": nothing of it can be held. Cancel it, and ask for it again later.");
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
              CompletableFuture<Void> answer = decisions.decide(job, owner, actor);
              takeUp(job);
              return answer;
            });
  }

  private CompletionStage<?> decided(KeptJob job, HandDecision byHand, Arrival said) {
    return switch (HandDecisions.decide(byHand, said)) {
      case RETURN ->
          byHand.keeps()
              ? stays(job, MigrationRow.DECIDED_BY_HAND, byHand.by())
              : stays(job, MigrationRow.TARGET_FAILED, said.detail());
      case END -> finish(job, byHand.by());
      default -> {
        decisions.contradict(byHand, said);
        yield takeUp(job);
      }
    };
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream().filter(OfflineRow::isLeaving).toList();
  }
}
