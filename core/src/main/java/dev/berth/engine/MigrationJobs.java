package dev.berth.engine;

import static dev.berth.engine.MigrationRow.phase;

import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.host.MigrationPace;
import dev.berth.machine.StreamKey;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that go to other hosts, each from its row to its end: does what {@link SourceRules}
 * decide, and puts on record what it is about to do before it does it. {@link MigrationSending} is
 * for while QEMU sends, {@link MigrationTalk} for once it has, {@link MigrationEnds} for the ends.
 * Runs in the driver's turns; the other host is asked on threads that may wait for it, and none
 * waits while QEMU sends.
 */
final class MigrationJobs implements MachineJobWork, MigrationCourse {
  private static final Duration RECORD_AGAIN = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(MigrationJobs.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private final MigrationPeers peers;
  private final MigratedDomain domain;
  private final MigrationEnds ends;
  private final MigrationSending sending;
  private final MigrationTalk talk;
  private final MigrationPacing pacing;
  private final StorageCopying storage;

  /** Of what is about to be sent to another machine; on no record. */
  private Optional<StreamKey> key = Optional.empty();

  MigrationJobs(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = new JobAside(mailbox, ledger, host.patient(), this::takeUp);
    this.peers = new MigrationPeers(host.peers());
    this.domain = new MigratedDomain(host, ledger);
    this.ends = new MigrationEnds(host, ledger, keeper, peers);
    this.pacing = new MigrationPacing(host, mailbox, ledger, this);
    this.storage = new StorageCopying(host, mailbox, ledger, keeper, aside, pacing, this);
    this.talk = new MigrationTalk(host, mailbox, ledger, aside, peers, domain, ends, this);
    this.sending =
        new MigrationSending(host, mailbox, ledger, keeper, domain, talk, pacing, storage, this);
  }

  /** Has that remove a domain that has gone, and with that end its migration. */
  void whenGone(Function<KeptJob, CompletionStage<Void>> removal) {
    ends.whenGone(removal);
  }

  /** What the domain is meanwhile, and afterwards. */
  MigratedDomain domain() {
    return domain;
  }

  /** The host is being closed. */
  @Override
  public void letGo() {
    peers.close();
  }

  // ---- beginning

  /** Begins a migration that is on record. */
  void begin(KeptJob job, Supplier<Offer> offer) {
    sending.beginAnew();
    pacing.time(job);
    AtomicReference<Arrival> ready = new AtomicReference<>();
    AtomicReference<Optional<StreamKey>> made = new AtomicReference<>(Optional.empty());
    aside.run(
        host.peerThreads().preparing(),
        job,
        () -> {
          Offer offered = offer.get();
          made.set(offered.key());
          ready.set(peers.prepare(job, offered));
        },
        (now, failure) -> {
          key = made.get();
          return prepared(now, Optional.ofNullable(ready.get()), failure);
        });
  }

  private CompletionStage<?> prepared(
      KeptJob job, Optional<Arrival> ready, Optional<BerthException> failure) {
    if (!MigrationRow.isIn(job, SourcePhase.PREPARING) || !isThere(job)) {
      return takeUp(job); // it is not wanted any more, or its machine has ended
    }
    if (failure.isPresent()) {
      return back(job, MigrationRow.REFUSED_BY_TARGET, PeerWords.of(failure.get()));
    }
    Arrival arrival = ready.orElseThrow();
    boolean canBeSent =
        arrival.stream().isPresent()
            && (arrival.storage().isPresent() || !StorageRow.hasCopies(job));
    TargetPhase target = canBeSent ? arrival.phase() : TargetPhase.FAILED;
    if (SourceRules.decide(phase(job), Qemu.IDLE, target, Patience.LEFT) != SourceRules.Act.BEGIN) {
      return back(job, MigrationRow.REFUSED_BY_TARGET, arrival.detail());
    }
    KeptJob transferring = MigrationRow.transferring(job, arrival.stream().orElseThrow());
    return arrival.storage().isPresent() && StorageRow.hasCopies(job)
        ? next(job, StorageRow.copying(transferring, arrival.storage().get()))
        : transfer(job, transferring);
  }

  @Override
  public CompletionStage<?> transfer(KeptJob before, KeptJob job) {
    return onRecord(before, step(job).job(job), () -> send(job));
  }

  private CompletionStage<?> send(KeptJob job) {
    Optional<Lifecycle.Active> active = active(job);
    if (active.isEmpty()) {
      return takeUp(job);
    }
    aside.run(
        job,
        () -> steps(active.get(), job).begin(key),
        (now, failure) -> {
          if (failure.isPresent()
              && MigrationRow.isIn(now, SourcePhase.TRANSFERRING)
              && isThere(now)) {
            return back(now, MigrationRow.REFUSED_BY_QEMU, PeerWords.of(failure.get()));
          }
          if (failure.isEmpty()) {
            pacing.tell(active.get(), now); // it may have been set anew meanwhile
          }
          return takeUp(now);
        });
    return Mailbox.DONE;
  }

  /** Asks how far it is, now and as long as QEMU sends. */
  void look(Lifecycle.Active active) {
    storage.look(active);
    sending.look(active);
  }

  // ---- its ends

  @Override
  public CompletionStage<?> back(KeptJob job, String code, String why) {
    return next(job, MigrationRow.returning(job, code, why));
  }

  private void undo(Lifecycle.Active active, KeptJob job) {
    MigrationSteps steps = steps(active, job);
    AtomicBoolean spent = new AtomicBoolean();
    aside.run(
        job,
        () -> {
          steps.undo();
          spent.set(steps.isSpent());
        },
        (now, failure) -> undone(now, spent.get(), failure));
  }

  private CompletionStage<?> undone(
      KeptJob job, boolean isSpent, Optional<BerthException> failure) {
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
    KeptJob telling = MigrationRow.telling(job, MigrationRow.end(job), job.job().status().detail());
    Step step = domain.returned(step(telling).job(telling), job, isSpent);
    return onRecord(job, step, () -> takeUp(telling));
  }

  @Override
  public CompletionStage<?> lose(KeptJob job) {
    KeptJob telling =
        MigrationRow.telling(
            job, MigrationRow.MACHINE_ENDED, "the machine has ended before the target had it");
    return onRecord(job, domain.lost(step(job).job(telling), job), () -> takeUp(telling));
  }

  // ---- on record, one after the other

  @Override
  public CompletionStage<?> next(KeptJob job, KeptJob next) {
    Step step = step(next).job(next);
    if (phase(next) == SourcePhase.HANDED_OVER || phase(next) == SourcePhase.ENDING) {
      step.policy(Step.Policy.OVERRIDDEN);
    }
    return onRecord(job, step, () -> takeUp(next));
  }

  @Override
  public CompletionStage<?> onRecord(KeptJob before, Step step, Supplier<CompletionStage<?>> then) {
    return ledger
        .request(step)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                return then.get().thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", before.job().id(), failure);
              host.timers().after(RECORD_AGAIN, () -> mailbox.event(() -> takeUp(before)));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    running().stream()
        .filter(job -> MigrationRow.isIn(job, SourcePhase.TRANSFERRING))
        .forEach(job -> pacing.tell(active, job)); // it may not have heard of it
    running().forEach(this::takeUp);
  }

  /** In turns of their own: the domain may go by that. */
  @Override
  public CompletionStage<?> settleWithoutMachine() {
    running().forEach(job -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty()) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    if (MigrationRow.isIn(job, SourcePhase.RETURNING)) {
      talk.forgo(job); // its QEMU may be what the one here waits for, and only it can end that
    }
    if (isBusy(job)) {
      storage.cut(job);
      return Mailbox.DONE;
    }
    talk.answerDecision(job);
    boolean there = isThere(job);
    switch (phase(job)) {
      case PREPARING -> {
        return there
            ? back(job, MigrationRow.INTERRUPTED, "the host's process ended before QEMU had begun")
            : lose(job);
      }
      case COPYING -> {
        if (!there) {
          return lose(job);
        }
        pacing.time(job);
        active(job).ifPresent(live -> storage.begin(live, job, key));
      }
      case TRANSFERRING, SWITCHING -> {
        if (!there) {
          return lose(job);
        }
        pacing.time(job);
        active(job).ifPresent(this::look);
      }
      case SENT -> {
        if (!there || active(job).isPresent()) {
          return talk.converse(job);
        }
      }
      case HANDED_OVER, TELLING -> {
        return talk.converse(job);
      }
      case ENDING -> {
        return there ? endMachine(job) : ends.gone(job);
      }
      case RETURNING -> {
        if (!there) {
          return lose(job);
        }
        active(job).ifPresent(live -> undo(live, job));
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
    if (MigrationRow.isIn(job, SourcePhase.SWITCHING) && !MigrationRow.sendsTheRest(job)) {
      return takeBack(job, actor); // its guest stands for the last of its images
    }
    return switch (phase(job)) {
      case PREPARING, COPYING, TRANSFERRING -> takeBack(job, actor);
      case SWITCHING, SENT, HANDED_OVER, ENDING ->
          throw new InvalidStateException(
              "Cannot cancel job "
                  + job.job().id()
                  + ": the guest is changing hosts. Wait for it; 'vmctl migration resolve' is for a"
                  + " target that never answers again.");
      case RETURNING -> CompletableFuture.completedFuture(null);
      case TELLING ->
          ends.ended(
                  job,
                  MigrationRow.why(job)
                      + "; the target was not told: 'vmctl migration resolve --owner other' there"
                      + " ends what it has of it")
              .thenAccept(done -> {})
              .toCompletableFuture();
    };
  }

  private CompletionStage<Void> takeBack(KeptJob job, String actor) {
    return ledger
        .request(step(job).job(MigrationRow.returning(job, MigrationRow.CANCELLED, "by " + actor)))
        .thenRun(() -> takeUp(job));
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
    return standing.map(job -> talk.decide(job, owner, actor));
  }

  /** Sets anew how fast it is sent. */
  CompletionStage<?> setPace(MigrationPace pace, String actor, CompletableFuture<Void> answer) {
    sending.judgeAnew();
    return pacing.set(pace, actor, answer);
  }

  // ---- its parts

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private MigrationSteps steps(Lifecycle.Active active, KeptJob job) {
    return new MigrationSteps(active.machine(), job);
  }

  private List<KeptJob> running() {
    return MigrationRow.running(ledger);
  }

  @Override
  public boolean isBusy(KeptJob job) {
    return aside.isBusy(job.job().id());
  }

  @Override
  public boolean isThere(KeptJob job) {
    return ledger.launch().filter(launch -> MigrationRow.isOf(launch, job)).isPresent();
  }

  @Override
  public Optional<Lifecycle.Active> active(KeptJob job) {
    return keeper.lifecycle() instanceof Lifecycle.Active active
            && MigrationRow.isOf(active.machine().launch(), job)
            && !active.machine().qmp().disconnected().isDone()
        ? Optional.of(active)
        : Optional.empty();
  }
}
