package dev.berth.engine;

import static dev.berth.engine.MigrationRow.in;
import static dev.berth.engine.MigrationRow.phase;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
import dev.berth.migration.PeerWords;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import dev.berth.migration.SourceRules.Patience;
import dev.berth.migration.SourceRules.Qemu;
import dev.berth.migration.TargetPhase;
import dev.berth.qapi.migration.MigrateContinue;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that go to other hosts, each from its row to its end: does what {@link SourceRules}
 * decide, and puts on record what it is about to do before it does it. Runs in the driver's turns;
 * the other host is asked on threads that may wait for it, and none waits while QEMU sends.
 */
final class MigrationJobs implements JobWork {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  /** For how long a target may take to say why it has failed; the guest goes on here meanwhile. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  /** For how long a target is asked once. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * For how long a guest stands because its target does not say that it has it: some time for the
   * other host's process to come back.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(MigrationJobs.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private final MigrationPeers peers;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;
  private Pace pace = new Pace();
  private Optional<HandDecision> decision = Optional.empty();
  private boolean looking;
  private boolean lookingLater;

  MigrationJobs(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = new JobAside(mailbox, ledger, host.patient(), this::takeUp);
    this.peers = new MigrationPeers(host.peers());
  }

  /** Has that remove a domain whose guest has gone, and whose undefinition is on record. */
  void whenGone(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** The host is being closed. */
  void letGo() {
    peers.close();
  }

  // ---- beginning

  /** Begins a migration that is on record. */
  void begin(KeptJob job, Supplier<Offer> offer) {
    pace = new Pace();
    AtomicReference<Arrival> ready = new AtomicReference<>();
    aside.run(
        host.peerThreads().preparing(),
        job,
        () -> ready.set(peers.prepare(job, offer.get())),
        (now, failure) -> prepared(now, Optional.ofNullable(ready.get()), failure));
  }

  private CompletionStage<?> prepared(
      KeptJob job, Optional<Arrival> ready, Optional<BerthException> failure) {
    if (!MigrationRow.isIn(job, SourcePhase.PREPARING) || !isThere(job)) {
      return takeUp(job); // it is not wanted any more, or its machine has ended
    }
    if (failure.isPresent()) {
      return back(job, MigrationRow.REFUSED_BY_TARGET, said(failure.get()));
    }
    Arrival arrival = ready.orElseThrow();
    TargetPhase target =
        arrival.stream().isPresent() ? arrival.phase() : TargetPhase.FAILED; // it cannot be sent to
    return SourceRules.decide(phase(job), Qemu.IDLE, target, Patience.LEFT) == SourceRules.Act.BEGIN
        ? transfer(job, MigrationRow.transferring(job, arrival.stream().orElseThrow()))
        : back(job, MigrationRow.REFUSED_BY_TARGET, arrival.detail());
  }

  private static String said(BerthException failure) {
    return PeerWords.of(String.valueOf(failure.getMessage()));
  }

  private CompletionStage<?> transfer(KeptJob before, KeptJob job) {
    return onRecord(before, step(job).job(job), () -> send(job));
  }

  private CompletionStage<?> send(KeptJob job) {
    Optional<Lifecycle.Active> active = active(job);
    if (active.isEmpty()) {
      return takeUp(job);
    }
    aside.run(
        job,
        steps(active.get(), job)::begin,
        (now, failure) ->
            failure.isPresent() && MigrationRow.isIn(now, SourcePhase.TRANSFERRING) && isThere(now)
                ? back(now, MigrationRow.REFUSED_BY_QEMU, said(failure.get()))
                : takeUp(now));
    return Mailbox.DONE;
  }

  // ---- while QEMU sends

  /** Asks how far it is, now and as long as QEMU sends. */
  void look(Lifecycle.Active active) {
    if (looking || keeper.lifecycle() != active || sending(active).isEmpty()) {
      return;
    }
    looking = true;
    active
        .machine()
        .qmp()
        .send(new QueryMigrate())
        .thenCombine(
            active.machine().qmp().send(new QueryStatus()),
            (info, status) ->
                (Supplier<CompletionStage<?>>) () -> seen(active, info, status.status().value()))
        .whenComplete(
            (turn, lost) ->
                mailbox.event(
                    () -> {
                      looking = false;
                      return turn == null ? Mailbox.DONE : turn.get();
                    }));
  }

  private CompletionStage<?> seen(Lifecycle.Active active, MigrationInfo info, String runState) {
    Optional<KeptJob> sending = sending(active);
    if (keeper.lifecycle() != active || sending.isEmpty()) {
      return Mailbox.DONE;
    }
    KeptJob job = sending.get();
    Qemu qemu = MigrationSteps.view(info, runState);
    return switch (SourceRules.decide(phase(job), qemu, TargetPhase.NONE, Patience.LEFT)) {
      case WATCH -> show(job, info);
      case SWITCH -> switchOver(active, job);
      case CONTINUE -> goOn(active);
      case NOTE_SENT -> next(job, in(SourcePhase.SENT, job));
      case RETURN ->
          qemu == Qemu.IDLE
              ? back(
                  job,
                  MigrationRow.INTERRUPTED,
                  "the host's process ended before QEMU had begun to send")
              : failed(job, info.errorDesc().orElse("somebody else has ended it in QEMU"));
      case LOSE -> lose(job);
      case BEGIN, WAIT, HAND_OVER, TELL_TO_TAKE, END, TELL_TO_DISCARD, FINISH ->
          Mailbox.DONE; // of another phase
    };
  }

  /** The guest stands already, by QEMU's own doing; from here on it is told why. */
  private CompletionStage<?> switchOver(Lifecycle.Active active, KeptJob job) {
    if (hasStopped()) {
      return back(
          job,
          MigrationRow.TRANSFER_FAILED,
          "its guest has stopped meanwhile ("
              + ledger.status().reason().text()
              + "), and one that does not run cannot change hosts");
    }
    KeptJob switching = MigrationRow.switching(job, host.now());
    return onRecord(job, standing(step(job).job(switching)), () -> goOn(active));
  }

  /** Whether it stands by something else than the migration. */
  private boolean hasStopped() {
    DomainStatus status = ledger.status();
    return switch (status.state()) {
      case PMSUSPENDED, CRASHED -> true;
      case PAUSED ->
          status.reason() != StateReason.SAVING && status.reason() != StateReason.MIGRATING;
      default -> false;
    };
  }

  private Step standing(Step step) {
    DomainState state = ledger.status().state();
    if (state == DomainState.RUNNING || ledger.status().reason() == StateReason.SAVING) {
      step.status(DomainStatus.of(DomainState.PAUSED, StateReason.MIGRATING, host.now()));
    }
    return step;
  }

  private CompletionStage<?> goOn(Lifecycle.Active active) {
    active
        .machine()
        .qmp()
        .send(new MigrateContinue(MigrationStatus.PRE_SWITCHOVER))
        .whenComplete(
            (done, refused) ->
                mailbox.event(
                    () -> {
                      look(active); // it may have ended, or gone on, meanwhile
                      return Mailbox.DONE;
                    }));
    lookLater();
    return Mailbox.DONE;
  }

  private CompletionStage<?> show(KeptJob job, MigrationInfo info) {
    Optional<Progress> progress =
        info.ram().map(ram -> pace.at(host.now(), ram.total() - ram.remaining(), ram.total()));
    ledger
        .jobs()
        .show(job.with(MigrationRow.running(phase(job), progress, MigrationWords.of(info))));
    lookLater();
    return Mailbox.DONE;
  }

  private void lookLater() {
    if (lookingLater) {
      return;
    }
    lookingLater = true;
    host.timers()
        .after(
            LOOK_AGAIN,
            () ->
                mailbox.event(
                    () -> {
                      lookingLater = false;
                      if (keeper.lifecycle() instanceof Lifecycle.Active active) {
                        look(active);
                      }
                      return Mailbox.DONE;
                    }));
  }

  /** QEMU has stopped: if the target has, its words say more. */
  private CompletionStage<?> failed(KeptJob job, String why) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    aside.run(
        host.peerThreads().switching(),
        job,
        () -> said.set(peers.await(job, LAST_WORDS)),
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase(job)) || !isThere(now)) {
            return takeUp(now);
          }
          Optional<String> target =
              Optional.ofNullable(said.get())
                  .filter(arrival -> arrival.phase() == TargetPhase.FAILED)
                  .map(Arrival::detail);
          return target.isPresent()
              ? back(now, MigrationRow.TARGET_FAILED, target.get())
              : back(now, MigrationRow.TRANSFER_FAILED, why);
        });
    return Mailbox.DONE;
  }

  // ---- while the guest stands

  /** Asks or tells the target, as the phase has it. */
  private CompletionStage<?> converse(KeptJob job) {
    AtomicReference<Arrival> said = new AtomicReference<>();
    AtomicReference<Qemu> qemu = new AtomicReference<>(Qemu.SENT);
    Optional<Lifecycle.Active> active = active(job);
    Optional<HandDecision> byHand = byHand(job);
    aside.run(
        host.peerThreads().switching(),
        job,
        () -> {
          said.set(
              switch (phase(job)) {
                case SENT -> peers.await(job, ANSWER);
                case HANDED_OVER ->
                    byHand.filter(HandDecision::keeps).isPresent()
                        ? peers.discard(job)
                        : peers.take(job);
                case TELLING, PREPARING, TRANSFERRING, SWITCHING, ENDING, RETURNING ->
                    peers.discard(job);
              });
          if (phase(job) == SourcePhase.SENT && active.isPresent()) {
            qemu.set(steps(active.get(), job).view());
          }
        },
        (now, failure) -> {
          if (!MigrationRow.isIn(now, phase(job))) {
            return takeUp(now);
          }
          Arrival heard = heard(said, failure);
          return byHand.isPresent()
              ? decided(now, byHand.get(), heard)
              : answered(now, heard, isThere(now) ? qemu.get() : Qemu.GONE);
        });
    return Mailbox.DONE;
  }

  /** Whatever went wrong when both were asked, nobody has said anything. */
  private static Arrival heard(AtomicReference<Arrival> said, Optional<BerthException> failure) {
    return failure.map(why -> Arrival.of(TargetPhase.SILENT, said(why))).orElseGet(said::get);
  }

  private Optional<HandDecision> byHand(KeptJob job) {
    return decision.filter(it -> phase(job) == SourcePhase.HANDED_OVER && it.isOf(job));
  }

  /** The target was asked once more, and what it says counts for more than what people say. */
  private CompletionStage<?> decided(KeptJob job, HandDecision byHand, Arrival said) {
    SourceRules.Act act =
        byHand.keeps()
            ? SourceRules.keptByHand(said.phase())
            : SourceRules.givenByHand(said.phase());
    return switch (act) {
      case RETURN ->
          byHand.keeps()
              ? back(job, MigrationRow.DECIDED_BY_HAND, byHand.by())
              : back(job, MigrationRow.TARGET_FAILED, said.detail());
      case END -> next(job, in(SourcePhase.ENDING, job, byHand.by()));
      default -> {
        decision = Optional.empty();
        byHand.answer().completeExceptionally(contradicted(said));
        yield takeUp(job);
      }
    };
  }

  private InvalidStateException contradicted(Arrival said) {
    return new InvalidStateException(
        "There is nothing to decide about domain '"
            + ledger.name()
            + "': the other host answers, and says '"
            + said.phase().text()
            + "'. It is told that the guest is its own until that goes on there.");
  }

  /** Whoever has decided is answered, once it is decided: by them, or by the target. */
  private void answerDecision(KeptJob job) {
    Optional<HandDecision> waiting = decision.filter(it -> it.isOf(job));
    if (waiting.isEmpty() || phase(job) == SourcePhase.HANDED_OVER) {
      return;
    }
    decision = Optional.empty();
    if (waiting.get().keeps() == (phase(job) != SourcePhase.ENDING)) {
      waiting.get().answer().complete(null);
    } else {
      waiting
          .get()
          .answer()
          .completeExceptionally(
              new InvalidStateException(
                  "The other host has answered meanwhile: job "
                      + job.job().id()
                      + " is '"
                      + phase(job).text()
                      + "' ("
                      + job.job().status().detail()
                      + ")."));
    }
  }

  private CompletionStage<?> answered(KeptJob job, Arrival said, Qemu qemu) {
    return switch (SourceRules.decide(phase(job), qemu, said.phase(), patience(job))) {
      case HAND_OVER -> handOver(job);
      case TELL_TO_TAKE, WAIT, TELL_TO_DISCARD -> later(job, said);
      case END -> next(job, in(SourcePhase.ENDING, job, stood(job)));
      case RETURN ->
          back(
              job,
              said.phase() == TargetPhase.SILENT
                  ? MigrationRow.TARGET_SILENT
                  : MigrationRow.TARGET_FAILED,
              said.detail());
      case LOSE -> lose(job);
      case FINISH -> told(job, said);
      case BEGIN, WATCH, SWITCH, CONTINUE, NOTE_SENT -> Mailbox.DONE; // of another phase
    };
  }

  /**
   * Somebody ends the machine by that step: a guest that is still this host's does not go on
   * elsewhere then, and one that comes back is not started again.
   */
  Step destroyed(Step step, String actor) {
    for (KeptJob job : running()) {
      if (phase(job) == SourcePhase.SENT) {
        step.job(
            MigrationRow.telling(
                job, MigrationRow.MACHINE_ENDED, "the domain was destroyed by " + actor));
      } else if (phase(job) == SourcePhase.HANDED_OVER) {
        step.job(MigrationRow.destroyed(job));
      }
    }
    return step;
  }

  private Patience patience(KeptJob job) {
    return MigrationRow.standing(job, host.now()).compareTo(PATIENCE) < 0
        ? Patience.LEFT
        : Patience.OVER;
  }

  /** The one step by which the guest is the target's: on the disk before the target is told. */
  private CompletionStage<?> handOver(KeptJob job) {
    return next(job, in(SourcePhase.HANDED_OVER, job));
  }

  private String stood(KeptJob job) {
    return "the guest stood for " + MigrationRow.standing(job, host.now()).toMillis() + " ms";
  }

  private CompletionStage<?> later(KeptJob job, Arrival said) {
    String detail =
        said.phase() == TargetPhase.SILENT
            ? "the target does not answer: " + said.detail()
            : "the target says '" + said.phase().text() + "'";
    ledger
        .jobs()
        .show(job.with(MigrationRow.running(phase(job), job.job().status().progress(), detail)));
    if (phase(job) == SourcePhase.HANDED_OVER && isThere(job)) {
      ledger.show(
          new DomainStatus(
              DomainState.PAUSED,
              StateReason.MIGRATING,
              Optional.of(
                  "its guest was handed over to "
                      + MigrationRow.target(job)
                      + ", and "
                      + detail
                      + ". 'vmctl migration resolve' decides if it never will"),
              ledger.status().since()));
    }
    if (byHand(job).isPresent()) {
      return takeUp(job); // it was decided meanwhile, and is asked once more
    }
    host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  // ---- its ends

  /** The one step by which the guest stays: on the disk before it goes on. */
  private CompletionStage<?> back(KeptJob job, String code, String why) {
    return next(job, MigrationRow.returning(job, code, why));
  }

  private CompletionStage<?> undone(KeptJob job, Optional<BerthException> failure) {
    if (!isThere(job)) {
      return lose(job);
    }
    if (failure.isPresent()) {
      LOG.warn(
          "Domain '{}': job {} cannot be taken back yet: {}",
          ledger.name(),
          job.job().id(),
          failure.get().getMessage());
      host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
      return Mailbox.DONE;
    }
    active(job).ifPresent(keeper.runStates()::ask);
    return next(job, MigrationRow.telling(job, MigrationRow.end(job), job.job().status().detail()));
  }

  private CompletionStage<?> lose(KeptJob job) {
    KeptJob telling =
        MigrationRow.telling(
            job, MigrationRow.MACHINE_ENDED, "the machine has ended before the target had it");
    return onRecord(job, lost(step(job).job(telling), job), () -> takeUp(telling));
  }

  /** What was taken to go on elsewhere does not: the domain is this host's, and can be started. */
  private Step lost(Step step, KeptJob job) {
    DomainStatus status = ledger.status();
    if (status.state() != DomainState.SHUTOFF || status.reason() != StateReason.MIGRATED) {
      return step;
    }
    if (MigrationRow.wasDestroyed(job)) {
      return step.status(
          DomainStatus.of(DomainState.SHUTOFF, StateReason.DESTROYED, status.since()));
    }
    String why = "its guest was lost while it changed hosts";
    return step.status(
            new DomainStatus(
                DomainState.SHUTOFF, StateReason.CRASHED, Optional.of(why), status.since()))
        .failure(new Failure(Failure.Kind.QEMU_DIED, why));
  }

  private CompletionStage<?> told(KeptJob job, Arrival said) {
    boolean twice = said.phase() == TargetPhase.OWNER || said.phase() == TargetPhase.COMPLETE;
    String detail = job.job().status().detail();
    return ended(
        job, twice ? detail + "; the target says that the guest goes on there, too" : detail);
  }

  private CompletionStage<?> ended(KeptJob job, String detail) {
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
  private CompletionStage<?> finish(KeptJob job) {
    String actor = job.job().origin().actor();
    Job.Status status =
        ended(job, JobState.SUCCEEDED, MigrationRow.COMPLETE, job.job().status().detail());
    Step step =
        step(job)
            .status(gone(job))
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

  private DomainStatus gone(KeptJob job) {
    return new DomainStatus(
        DomainState.SHUTOFF,
        StateReason.MIGRATED,
        Optional.of("to " + MigrationRow.target(job)),
        host.now());
  }

  /** What a domain is once its machine is gone, if another host has its guest. */
  Optional<DomainStatus> afterwards(LaunchRecord launch) {
    return running().stream()
        .filter(job -> Set.of(SourcePhase.HANDED_OVER, SourcePhase.ENDING).contains(phase(job)))
        .filter(job -> isOf(launch, job))
        .map(this::gone)
        .findFirst();
  }

  /** The status with its reason, while the guest changes hosts. */
  DomainStatus named(DomainStatus status) {
    boolean stands = status.state() == DomainState.PAUSED && status.reason() == StateReason.SAVING;
    return stands && !running().isEmpty()
        ? new DomainStatus(status.state(), StateReason.MIGRATING, status.detail(), status.since())
        : status;
  }

  // ---- on record, one after the other

  private CompletionStage<?> next(KeptJob job, KeptJob next) {
    Step step = step(next).job(next);
    if (phase(next) == SourcePhase.HANDED_OVER || phase(next) == SourcePhase.ENDING) {
      step.policy(Step.Policy.OVERRIDDEN);
    }
    return onRecord(job, step, () -> takeUp(next));
  }

  /** Goes on when that is on the disk; until then nothing is done that a host before would not. */
  private CompletionStage<?> onRecord(
      KeptJob before, Step step, Supplier<CompletionStage<?>> then) {
    return ledger
        .request(step)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                return then.get().thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", before.job().id(), failure);
              host.timers().after(LOOK_AGAIN, () -> mailbox.event(() -> takeUp(before)));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    looking = false;
    running().forEach(this::takeUp);
  }

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    running().forEach(this::takeUp);
    return Mailbox.DONE;
  }

  /** Goes on with a migration as its phase says, once nothing is being done for it. */
  private CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    answerDecision(job);
    boolean there = isThere(job);
    switch (phase(job)) {
      case PREPARING -> {
        return there
            ? back(job, MigrationRow.INTERRUPTED, "the host's process ended before QEMU had begun")
            : lose(job);
      }
      case TRANSFERRING, SWITCHING -> {
        if (!there) {
          return lose(job);
        }
        active(job).ifPresent(this::look);
      }
      case SENT -> {
        if (!there || active(job).isPresent()) {
          return converse(job);
        }
      }
      case HANDED_OVER, TELLING -> {
        return converse(job);
      }
      case ENDING -> {
        return there ? endMachine(job) : finish(job);
      }
      case RETURNING -> {
        if (!there) {
          return lose(job);
        }
        active(job).ifPresent(live -> aside.run(job, steps(live, job)::undo, this::undone));
      }
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> endMachine(KeptJob job) {
    if (active(job).isEmpty()) {
      return Mailbox.DONE;
    }
    MachineEnd end = new MachineEnd(MachineEnd.Cause.MIGRATED, job.job().origin().actor());
    return keeper.reaper().end(active(job).get(), end, host.settings().reapGrace());
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    return switch (phase(job)) {
      case PREPARING, TRANSFERRING ->
          ledger
              .request(
                  step(job).job(MigrationRow.returning(job, MigrationRow.CANCELLED, "by " + actor)))
              .thenRun(() -> takeUp(job));
      case SWITCHING, SENT, HANDED_OVER, ENDING ->
          throw new InvalidStateException(
              "Cannot cancel job "
                  + job.job().id()
                  + ": the guest is changing hosts. Wait for it; 'vmctl migration resolve' is for a"
                  + " target that never answers again.");
      case RETURNING -> CompletableFuture.completedFuture(null);
      case TELLING ->
          ended(
                  job,
                  job.job().status().detail()
                      + "; the target was not told: 'vmctl migration resolve --owner other' there ends what"
                      + " it has of it")
              .thenAccept(done -> {})
              .toCompletableFuture();
    };
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": QEMU sends all of it in one go. Wait for it, or cancel it.");
  }

  /**
   * Decides by hand, once the target was asked once more.
   *
   * @return empty when there is nothing here to be decided; completes when it is on record
   */
  Optional<CompletableFuture<Void>> resolve(GuestOwner owner, String actor) {
    Optional<KeptJob> standing =
        running().stream().filter(job -> phase(job) == SourcePhase.HANDED_OVER).findFirst();
    return standing.map(
        job -> {
          decision.ifPresent(
              earlier ->
                  earlier
                      .answer()
                      .completeExceptionally(
                          new InvalidStateException("Somebody else has decided after that.")));
          HandDecision now =
              new HandDecision(job.job().id(), owner, actor, new CompletableFuture<>());
          decision = Optional.of(now);
          takeUp(job);
          return now.answer();
        });
  }

  // ---- its parts

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private MigrationSteps steps(Lifecycle.Active active, KeptJob job) {
    return new MigrationSteps(active.machine().qmp(), job);
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.MIGRATION)
        .toList();
  }

  private Optional<KeptJob> sending(Lifecycle.Active active) {
    return running().stream()
        .filter(job -> isOf(active.machine().launch(), job))
        .filter(job -> Set.of(SourcePhase.TRANSFERRING, SourcePhase.SWITCHING).contains(phase(job)))
        .filter(job -> !aside.isBusy(job.job().id()))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  /** Whether there is the machine that is to go. */
  private boolean isThere(KeptJob job) {
    return ledger.launch().filter(launch -> isOf(launch, job)).isPresent();
  }

  /** That machine, when it answers; else its next adoption takes the job up. */
  private Optional<Lifecycle.Active> active(KeptJob job) {
    return keeper.lifecycle() instanceof Lifecycle.Active active
            && isOf(active.machine().launch(), job)
            && !active.machine().qmp().disconnected().isDone()
        ? Optional.of(active)
        : Optional.empty();
  }

  private static boolean isOf(LaunchRecord launch, KeptJob job) {
    return job.fact(Detachments.INCARNATION).equals(launch.incarnation());
  }
}
