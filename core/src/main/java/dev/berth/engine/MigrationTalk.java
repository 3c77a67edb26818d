package dev.berth.engine;

import static dev.berth.engine.MigrationRow.in;
import static dev.berth.engine.MigrationRow.phase;

import dev.berth.engine.migration.HandDecision;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.host.GuestOwner;
import dev.berth.job.JobId;
import dev.berth.migration.Arrival;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.migration.TargetPhase;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a source asks and tells the target: why it has failed, and, once all is sent, whose the
 * guest is. Runs in the driver's turns; the other host is asked on threads that may wait for it.
 */
final class MigrationTalk {
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  /** For how long a target may take to say why it has failed; the guest goes on here meanwhile. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  /** For how long a target is asked once. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final JobAside aside;
  private final MigrationPeers peers;
  private final MigratedDomain domain;
  private final MigrationEnds ends;
  private final SwitchPatience patience;
  private final HandDecisions decisions;
  private final MigrationCourse course;
  private final EarlyAnswers early;

  /** The last migration whose target was told so by this process. */
  private Optional<JobId> forgone = Optional.empty();

  MigrationTalk(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      JobAside aside,
      MigrationPeers peers,
      MigratedDomain domain,
      MigrationEnds ends,
      MigrationCourse course) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.aside = aside;
    this.peers = peers;
    this.domain = domain;
    this.ends = ends;
    this.patience = new SwitchPatience(host, mailbox);
    this.decisions = new HandDecisions(ledger);
    this.course = course;
    this.early = new EarlyAnswers(host.peerThreads(), peers);
  }

  /** QEMU is about to send the rest: the target is to say when it has it. */
  void listen(KeptJob job) {
    early.ask(job, ANSWER);
  }

  /**
   * Has the target forget a guest that stays here, if it can be told at once; whether it has is
   * asked later.
   */
  void forgo(KeptJob job) {
    Optional<JobId> migration = Optional.of(job.job().id());
    if (forgone.equals(migration)) {
      return;
    }
    forgone = migration;
    try {
      host.peerThreads().switching().execute(() -> peers.forgo(job));
    } catch (RejectedExecutionException closed) {
      return; // it is told by the next host
    }
  }

  /** Asks or tells the target, as the phase has it. */
  CompletionStage<?> converse(KeptJob job) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    Optional<EarlyAnswers.Question> asked =
        phase(job) == SourcePhase.SENT ? early.take(job) : Optional.empty();
    AtomicReference<Qemu> qemu = new AtomicReference<>(Qemu.SENT);
    Optional<Lifecycle.Active> active = course.active(job);
    Optional<HandDecision> byHand = decisions.of(job);
    aside.run(
        isTold(job) ? host.peerThreads().telling() : host.peerThreads().switching(),
        job,
        () -> {
          Optional<Arrival> heard = asked.isPresent() ? asked.get().await() : Optional.empty();
          said.set(heard.isPresent() ? heard.get() : ask(job, byHand));
          if (phase(job) == SourcePhase.SENT && active.isPresent()) {
            qemu.set(new MigrationSteps(active.get().machine(), job).view());
          }
        },
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase(job))) {
            return MigrationRow.isIn(now, SourcePhase.SWITCHING)
                ? takeUpLater(now) // that all is sent cannot be put on record yet
                : course.takeUp(now);
          }
          Arrival heard = heard(said, failure);
          return byHand.isPresent()
              ? decided(now, byHand.get(), heard)
              : answered(now, heard, course.isThere(now) ? qemu.get() : Qemu.GONE);
        });
    return Mailbox.DONE;
  }

  /** Whether the guest is where it is, and the target is only to know. */
  private static boolean isTold(KeptJob job) {
    return phase(job) == SourcePhase.TELLING;
  }

  private Arrival ask(KeptJob job, Optional<HandDecision> byHand) {
    return switch (phase(job)) {
      case SENT -> peers.await(job, ANSWER);
      case HANDED_OVER ->
          byHand.filter(HandDecision::keeps).isPresent() ? peers.discard(job) : peers.take(job);
      case TELLING, PREPARING, COPYING, TRANSFERRING, SWITCHING, ENDING, RETURNING ->
          peers.discard(job);
    };
  }

  /** Whatever went wrong when both were asked, nobody has said anything. */
  private static Arrival heard(AtomicReference<Arrival> said, Optional<BerthException> failure) {
    return failure
        .map(why -> Arrival.of(TargetPhase.SILENT, PeerWords.of(why)))
        .orElseGet(said::get);
  }

  private CompletionStage<?> answered(KeptJob job, Arrival said, Qemu qemu) {
    return switch (SourceRules.decide(phase(job), qemu, said.phase(), patience.of(job))) {
      case HAND_OVER -> handOver(job);
      case TELL_TO_TAKE, WAIT, TELL_TO_DISCARD -> later(job, said);
      case END -> course.next(job, gone(job));
      case RETURN ->
          course.back(
              job,
              said.phase() == TargetPhase.SILENT
                  ? MigrationRow.TARGET_SILENT
                  : MigrationRow.TARGET_FAILED,
              said.detail());
      case LOSE -> course.lose(job);
      case FINISH -> ends.told(job, said);
      case BEGIN, WATCH, SWITCH, CONTINUE, NOTE_SENT -> Mailbox.DONE; // of another phase
    };
  }

  /** The one step by which the guest is the target's: on the disk before the target is told. */
  private CompletionStage<?> handOver(KeptJob job) {
    return course.next(job, in(SourcePhase.HANDED_OVER, job));
  }

  private KeptJob gone(KeptJob job) {
    KeptJob gone = MigrationFigures.gone(job, host.now());
    String words = MigrationFigures.words(gone) + StorageRow.remains(job);
    return in(SourcePhase.ENDING, gone, words);
  }

  private CompletionStage<?> later(KeptJob job, Arrival said) {
    String answer =
        said.phase() == TargetPhase.SILENT
            ? "the target does not answer: " + said.detail()
            : "the target says '" + said.phase().text() + "'";
    String detail =
        phase(job) == SourcePhase.TELLING ? MigrationRow.why(job) + "; " + answer : answer;
    ledger
        .jobs()
        .show(job.with(MigrationRow.running(phase(job), job.job().status().progress(), detail)));
    if (phase(job) == SourcePhase.HANDED_OVER && course.isThere(job)) {
      domain.showWaiting(job, detail);
    }
    if (decisions.of(job).isPresent()) {
      return course.takeUp(job); // it was decided meanwhile, and is asked once more
    }
    return takeUpLater(job);
  }

  private CompletionStage<?> takeUpLater(KeptJob job) {
    host.timers().after(ASK_AGAIN, () -> mailbox.event(() -> course.takeUp(job)));
    return Mailbox.DONE;
  }

  /** QEMU has stopped: if the target has, its words say more. */
  CompletionStage<?> failed(KeptJob job, String why) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    aside.run(
        host.peerThreads().switching(),
        job,
        () -> said.set(peers.await(job, LAST_WORDS)),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase(job)) || !course.isThere(now)) {
            return course.takeUp(now);
          }
          Optional<String> target =
              Optional.ofNullable(said.get())
                  .filter(arrival -> arrival.phase() == TargetPhase.FAILED)
                  .map(Arrival::detail);
          return target.isPresent()
              ? course.back(now, MigrationRow.TARGET_FAILED, target.get())
              : course.back(now, MigrationRow.TRANSFER_FAILED, why);
        });
    return Mailbox.DONE;
  }

  // ---- by hand

  /** Somebody has decided whose the guest is: the target is asked once more. */
  CompletableFuture<Void> decide(KeptJob job, GuestOwner owner, String actor) {
    CompletableFuture<Void> answer = decisions.decide(job, owner, actor);
    course.takeUp(job);
    return answer;
  }

  /** Tells whoever has decided what has become of it, once something has. */
  void answerDecision(KeptJob job) {
    decisions.answer(job);
  }

  private CompletionStage<?> decided(KeptJob job, HandDecision byHand, Arrival said) {
    return switch (HandDecisions.decide(byHand, said)) {
      case RETURN ->
          byHand.keeps()
              ? course.back(job, MigrationRow.DECIDED_BY_HAND, byHand.by())
              : course.back(job, MigrationRow.TARGET_FAILED, said.detail());
      case END -> course.next(job, in(SourcePhase.ENDING, job, byHand.by()));
      default -> {
        decisions.contradict(byHand, said);
        yield course.takeUp(job);
      }
    };
  }
}
