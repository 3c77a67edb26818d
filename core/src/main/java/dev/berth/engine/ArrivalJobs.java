package dev.berth.engine;

import static dev.berth.engine.ArrivalRow.phase;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.QemuLastWords;
import dev.berth.engine.qemu.QemuMigration;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.GuestOwner;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.StreamCredentials;
import dev.berth.migration.Arrival;
import dev.berth.migration.Offer;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.TargetPhase;
import dev.berth.migration.TargetRules;
import dev.berth.migration.TargetRules.Qemu;
import dev.berth.migration.TargetRules.Word;
import dev.berth.qapi.block.BlockdevSetActive;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.QmpConnection;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that come from other hosts, each from its row to its end: does what {@link TargetRules}
 * decide, and puts on record what it is about to do before it does it. Runs in the driver's turns,
 * and holds no thread while QEMU takes in a state or the source makes up its mind.
 */
final class ArrivalJobs implements MachineJobWork {
  private static final Duration RECORD_AGAIN = Duration.ofSeconds(1);

  /** QEMU's run state once it has taken in everything, and until its guest has gone on. */
  private static final String STANDS = "paused";

  private static final Arrival GOES_ON = Arrival.of(TargetPhase.COMPLETE, "");
  private static final Duration CLEAR_AGAIN = Duration.ofSeconds(5);
  private static final Duration KEEP_AGAIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(ArrivalJobs.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private Function<String, CompletionStage<Void>> undefine = actor -> Mailbox.DONE;
  private final List<CompletableFuture<Arrival>> waiting = new ArrayList<>();
  private final List<CompletableFuture<Arrival>> taking = new ArrayList<>();
  private final QemuWatch<QemuMigration> watch;
  private final ComingStorage storage;
  private boolean running;

  /** The one that has become this host's, as long as QEMU was not told to let its guest go on. */
  private volatile Optional<JobId> untold = Optional.empty();

  ArrivalJobs(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.storage = new ComingStorage(host);
    this.aside = new JobAside(mailbox, ledger, host.patient(), job -> settleWithoutMachine());
    this.watch =
        new QemuWatch<>(
            host,
            mailbox,
            keeper,
            QemuMigration::ask,
            active -> incoming(active).isPresent(),
            this::seen);
  }

  /** Has that remove the domain of a guest that does not come. */
  void whenForgotten(Function<String, CompletionStage<Void>> undefinition) {
    undefine = undefinition;
  }

  /** Has a machine made ready; the job is on record. The answer fails when there is none. */
  void begin(Offer offer, String actor, CompletableFuture<VerbResult> answer) {
    CompletableFuture<VerbResult> started = new CompletableFuture<>();
    started.whenComplete(
        (result, failure) ->
            mailbox.event(
                () -> {
                  if (failure == null) {
                    answer.complete(result);
                    return takeUp();
                  }
                  answer.completeExceptionally(Answers.cause(failure));
                  return notReady(offer.migration(), Answers.cause(failure));
                }));
    keeper
        .starts()
        .begin(
            new FromPeer(host, offer, this::ready),
            StartMode.PAUSED,
            HeldResources.none(),
            actor,
            started);
  }

  /** The source may have taken it back meanwhile. */
  private Step ready(Step step, Arrival ready) {
    present()
        .filter(job -> phase(job) == TargetPhase.PREPARING)
        .ifPresent(job -> step.job(ArrivalRow.incoming(job, ready)));
    return step;
  }

  private CompletionStage<?> notReady(JobId id, Throwable failure) {
    Optional<KeptJob> job = present().filter(it -> it.job().id().equals(id));
    return job.isPresent() && phase(job.get()) != TargetPhase.FAILED
        ? fail(job.get(), String.valueOf(failure.getMessage()))
        : Mailbox.DONE;
  }

  // ---- what the source asks

  /** How far that migration is. */
  Arrival arrival(JobId id) {
    return known(id)
        .map(this::arrival)
        .orElseGet(() -> Arrival.of(TargetPhase.NONE, "there is no such migration here"));
  }

  private Arrival arrival(KeptJob job) {
    return new Arrival(
        phase(job),
        job.job().status().detail(),
        incomingLaunch(job).map(launch -> ArrivalRow.stream(job, launch)),
        incomingLaunch(job).flatMap(launch -> StorageRow.given(job)));
  }

  private Optional<LaunchRecord> incomingLaunch(KeptJob job) {
    return phase(job) == TargetPhase.INCOMING ? ledger.launch() : Optional.empty();
  }

  /** Answers once all was received, or it is known that it never will be, or after so long. */
  void await(JobId id, Duration longest, CompletableFuture<Arrival> answer) {
    if (!isUnderWay(arrival(id).phase()) || longest.isZero()) {
      answer.complete(arrival(id));
      return;
    }
    waiting.add(answer);
    host.timers()
        .after(
            longest,
            () ->
                mailbox.event(
                    () -> {
                      waiting.remove(answer);
                      answer.complete(arrival(id));
                      return Mailbox.DONE;
                    }));
  }

  private static boolean isUnderWay(TargetPhase phase) {
    return phase == TargetPhase.PREPARING || phase == TargetPhase.INCOMING;
  }

  /** The guest is this host's, if it was received; answers when it has gone on. */
  CompletionStage<?> take(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> job = present().filter(it -> it.job().id().equals(id));
    if (job.isEmpty() || active(job.get()).isEmpty()) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    Qemu qemu = phase(job.get()) == TargetPhase.INCOMING ? Qemu.LOADING : Qemu.LOADED;
    return switch (TargetRules.decide(phase(job.get()), qemu, Word.TAKE)) {
      case OWN -> {
        awaitTaken(answer);
        yield own(job.get());
      }
      case RUN -> {
        if (aside.isBusy(id)) { // with what is left of its coming
          answer.complete(ArrivalRow.guest(job.get()) == Guest.RUNNING ? GOES_ON : arrival(id));
          yield Mailbox.DONE;
        }
        awaitTaken(answer);
        yield takeUp();
      }
      case WAIT, NOTE_RECEIVED, COMPLETE, FAIL, LOSE, FORGET -> {
        answer.complete(arrival(id));
        yield Mailbox.DONE;
      }
    };
  }

  /** Whoever asks again has given up to wait for the answer before, and holds a thread for it. */
  private void awaitTaken(CompletableFuture<Arrival> answer) {
    answerTakers();
    taking.add(answer);
  }

  /** The one step by which the guest is this host's: on the disk before it goes on. */
  private CompletionStage<?> own(KeptJob job) {
    return onRecord(
        ArrivalRow.in(TargetPhase.OWNER, job, ""),
        () -> {
          untold = Optional.of(job.job().id());
          return takeUp();
        });
  }

  /** The guest never will be this host's, unless it is already; it is forgotten then. */
  CompletionStage<?> discard(JobId id, CompletableFuture<Arrival> answer) {
    Optional<KeptJob> job = present().filter(it -> it.job().id().equals(id));
    if (job.isEmpty() || phase(job.get()) == TargetPhase.OWNER) {
      answer.complete(arrival(id));
      return Mailbox.DONE;
    }
    KeptJob failed =
        phase(job.get()) == TargetPhase.FAILED
            ? ArrivalRow.unwanted(job.get())
            : ArrivalRow.unwanted(
                ArrivalRow.in(TargetPhase.FAILED, job.get(), "its source has taken it back"));
    return ledger
        .request(step(failed).job(failed))
        .thenCompose(
            recorded -> {
              answer.complete(arrival(id));
              tell();
              return takeUp();
            });
  }

  /**
   * Decides by hand.
   *
   * @return empty when there is nothing here to be decided
   */
  Optional<CompletionStage<?>> resolve(GuestOwner owner) {
    Optional<KeptJob> job = present();
    return switch (owner) {
      case THIS_HOST ->
          job.filter(it -> phase(it) == TargetPhase.RECEIVED && active(it).isPresent())
              .map(this::own);
      case OTHER_HOST ->
          job.filter(it -> phase(it) != TargetPhase.OWNER)
              .map(it -> discard(it.job().id(), new CompletableFuture<>()));
    };
  }

  // ---- while QEMU takes it in

  /** Asks how far it is, now and as long as QEMU takes in a state. */
  void look(Lifecycle.Active active) {
    watch.look(active);
  }

  private CompletionStage<?> seen(Lifecycle.Active active, QemuMigration now) {
    KeptJob job = incoming(active).orElseThrow();
    return switch (TargetRules.decide(phase(job), view(now), Word.NONE)) {
      case NOTE_RECEIVED -> StorageRow.hasCopies(job) ? closeStorage(active, job) : received(job);
      case FAIL ->
          fail(
              job,
              "QEMU cannot take in its state: "
                  + now.info().errorDesc().orElse("it is " + now.runState()));
      case WAIT, OWN, RUN, COMPLETE, LOSE, FORGET -> {
        watch.later();
        yield Mailbox.DONE;
      }
    };
  }

  /**
   * The source need not wait for the disk: it says nothing that makes a difference before its own
   * word is on record, and a host that comes later hears the same from QEMU.
   */
  private CompletionStage<?> received(KeptJob job) {
    KeptJob received = ArrivalRow.in(TargetPhase.RECEIVED, job, "");
    answer(waiting, arrival(received));
    return onRecord(received, this::tell);
  }

  /** Whatever keeps QEMU from it, the guest is still its source's. */
  private CompletionStage<?> closeStorage(Lifecycle.Active active, KeptJob job) {
    aside.run(
        host.peerThreads().switching(), // a guest stands
        job,
        () -> storage.close(active.machine(), job),
        (now, failure) -> {
          if (!now.isRunning() || phase(now) != TargetPhase.INCOMING) {
            return takeUp(); // it is not wanted any more
          }
          return failure.isPresent()
              ? fail(now, "QEMU does not let go of its images: " + failure.get().getMessage())
              : received(now);
        });
    return Mailbox.DONE;
  }

  private static Qemu view(QemuMigration now) {
    Optional<MigrationStatus> status = now.info().status();
    if (now.runState().equals("running")) {
      return Qemu.RUNNING;
    }
    if (status.equals(Optional.of(MigrationStatus.FAILED))) {
      return Qemu.BROKEN;
    }
    boolean loaded = status.equals(Optional.of(MigrationStatus.COMPLETED));
    return loaded && !now.runState().equals("inmigrate") ? Qemu.LOADED : Qemu.LOADING;
  }

  // ---- once the guest is this host's

  /** Lets the guest do what it did. */
  private void run(Lifecycle.Active active, KeptJob job) {
    if (running || aside.isBusy(job.job().id())) {
      return;
    }
    running = true;
    QmpConnection qmp = active.machine().qmp();
    CompletableFuture<@Nullable Void> done =
        switch (ArrivalRow.guest(job)) {
          case RUNNING -> goOn(qmp);
          case PAUSED -> qmp.send(new BlockdevSetActive(true)); // and it stands as it did
        };
    done.whenComplete(
        (went, failure) ->
            mailbox.event(
                () -> {
                  running = false;
                  return ran(active, job, Optional.ofNullable(failure));
                }));
  }

  /** Unless it has gone on: QEMU says so, for nobody else could have paused it. */
  private CompletableFuture<@Nullable Void> goOn(QmpConnection qmp) {
    return qmp.send(new QueryStatus())
        .thenCompose(
            status -> {
              untold = Optional.empty(); // from here on it may have gone on
              return status.status().value().equals(STANDS)
                  ? qmp.send(new Cont())
                  : CompletableFuture.<@Nullable Void>completedFuture(null);
            });
  }

  /** Whether the step by which it is complete is about to put on record that the guest goes on. */
  boolean isAboutToComplete(DomainStatus status) {
    return running
        && status.state() == DomainState.RUNNING
        && present().filter(job -> phase(job) == TargetPhase.OWNER).isPresent();
  }

  private CompletionStage<?> ran(
      Lifecycle.Active active, KeptJob job, Optional<Throwable> failure) {
    if (failure.isEmpty()) {
      if (ArrivalRow.guest(job) == Guest.RUNNING) {
        answer(taking, GOES_ON); // at once: QEMU says the same to a later host
      }
      return keeper.lifecycle() == active ? goesOn(active, job) : takenUpElsewhere();
    }
    if (Answers.cause(failure.get()) instanceof QemuRefusedException refused
        && keeper.lifecycle() == active) {
      String what =
          switch (ArrivalRow.guest(job)) {
            case RUNNING -> "let its guest go on";
            case PAUSED -> "take over its images";
          };
      return fail(job, "QEMU does not " + what + ": " + refused.description());
    }
    return takenUpElsewhere(); // the connection is lost, and the next adoption finds out
  }

  /** What is left of its coming may take storage its time, and shows on no guest meanwhile. */
  private CompletionStage<?> goesOn(Lifecycle.Active active, KeptJob job) {
    if (!StorageRow.hasCopies(job)) {
      return tidied(active, job);
    }
    keeper.runStates().ask(active);
    aside.run(
        job,
        storage.images(job)::keep,
        (now, failure) -> {
          if (failure.isPresent()) {
            return keepLater(now, failure.get());
          }
          return now.isRunning() && keeper.lifecycle() == active ? tidied(active, now) : takeUp();
        });
    return Mailbox.DONE;
  }

  private CompletionStage<?> keepLater(KeptJob job, BerthException failure) {
    LOG.warn("Job {} is not over yet: {}", job.job().id(), failure.getMessage());
    host.timers().after(KEEP_AGAIN, () -> mailbox.event(this::takeUp));
    return Mailbox.DONE;
  }

  /** The guest has gone on: what QEMU was given for its coming is of no use any more. */
  private CompletionStage<?> tidied(Lifecycle.Active active, KeptJob job) {
    if (!ArrivalRow.isEncrypted(job)) {
      return complete(active, job);
    }
    Machine machine = active.machine();
    aside.run(
        host.peerThreads().switching(), // the source of a paused guest waits for it
        job,
        new StreamCredentials(machine.qmp(), machine.launch().files())::takeBack,
        (now, failure) -> {
          failure.ifPresent(
              why -> LOG.warn("Job {} leaves the key of its stream: {}", now.job().id(), why));
          if (now.isRunning() && keeper.lifecycle() == active) {
            return complete(active, now);
          }
          answerTakers();
          return takeUp();
        });
    return Mailbox.DONE;
  }

  private CompletionStage<?> takenUpElsewhere() {
    answerTakers();
    return Mailbox.DONE;
  }

  private CompletionStage<?> complete(Lifecycle.Active active, KeptJob job) {
    Job.Status status =
        new Job.Status(
            JobState.SUCCEEDED,
            TargetPhase.COMPLETE.text(),
            Optional.empty(),
            "",
            Optional.of(host.now()));
    DomainStatus after =
        ArrivalRow.guest(job) == Guest.RUNNING
            ? DomainStatus.of(DomainState.RUNNING, StateReason.MIGRATED, host.now())
            : DomainStatus.of(DomainState.PAUSED, StateReason.USER, host.now());
    Step step = JobSteps.ended(follow(step(job), after), job.with(status));
    Supplier<CompletionStage<?>> then =
        () -> {
          answerTakers();
          keeper.runStates().ask(active);
          return Mailbox.DONE;
        };
    return switch (ArrivalRow.guest(job)) {
      case RUNNING -> keeper.record(step).thenCompose(done -> then.get());
      case PAUSED -> onRecord(job, step, then); // nobody is told before: its source still has it
    };
  }

  /** What the domain is by its coming; what has become of its guest since counts for more. */
  private Step follow(Step step, DomainStatus after) {
    DomainStatus now = ledger.status();
    boolean comes = now.state() == DomainState.PAUSED && now.reason() == StateReason.MIGRATING;
    boolean isSo = now.state() == after.state();
    return comes || isSo && now.reason() != after.reason() ? step.status(after) : step;
  }

  private void answerTakers() {
    if (!taking.isEmpty()) {
      answer(taking, latest());
    }
  }

  private static void answer(List<CompletableFuture<Arrival>> askers, Arrival arrival) {
    List<CompletableFuture<Arrival>> all = List.copyOf(askers);
    askers.clear();
    all.forEach(answer -> answer.complete(arrival));
  }

  /** The migration that a take was of: there is one at a time. */
  private Arrival latest() {
    return ledger.jobs().newest(ArrivalRow::is).map(job -> arrival(job.job().id())).orElseThrow();
  }

  // ---- its bad ends

  /** The one step by which the guest never is this host's: on the disk before that is said. */
  private CompletionStage<?> fail(KeptJob job, String why) {
    return onRecord(ArrivalRow.in(TargetPhase.FAILED, job, why), this::takeUp);
  }

  private CompletionStage<?> onRecord(KeptJob next, Supplier<CompletionStage<?>> then) {
    return onRecord(next, step(next).job(next), then);
  }

  private CompletionStage<?> onRecord(KeptJob job, Step step, Supplier<CompletionStage<?>> then) {
    return ledger
        .request(step)
        .handle(
            (recorded, failure) -> {
              if (failure == null) {
                tell();
                return then.get().thenRun(() -> {});
              }
              LOG.warn("Job {} cannot be put on record yet", job.job().id(), failure);
              answerTakers();
              host.timers().after(RECORD_AGAIN, () -> mailbox.event(this::takeUp));
              return Mailbox.DONE;
            })
        .thenCompose(stage -> stage);
  }

  /** Those who wait are told, once there is something to tell. */
  private CompletionStage<?> tell() {
    Optional<KeptJob> job = present();
    if (!waiting.isEmpty() && job.filter(it -> isUnderWay(phase(it))).isEmpty()) {
      answer(waiting, latest());
    }
    return Mailbox.DONE;
  }

  /** What QEMU has written last says more than that it has ended. */
  private CompletionStage<?> ended(KeptJob job) {
    AtomicReference<String> words = new AtomicReference<>("");
    aside.run(
        job,
        () -> words.set(QemuLastWords.in(host.launcher().logDirectory(ledger.uuid()))),
        (now, failure) ->
            now.isRunning() && isUnderWayOrReceived(phase(now))
                ? fail(now, ("its QEMU has ended. " + words.get()).strip())
                : takeUp()); // it may be unwanted meanwhile
    return Mailbox.DONE;
  }

  private static boolean isUnderWayOrReceived(TargetPhase phase) {
    return isUnderWay(phase) || phase == TargetPhase.RECEIVED;
  }

  /**
   * What was never let go on here is still the source's, which has all of it. A paused guest never
   * is before it is complete, and nobody is told before that is on record.
   */
  private CompletionStage<?> goneAsOwner(KeptJob job) {
    boolean neverRan =
        ArrivalRow.guest(job) == Guest.PAUSED || untold.equals(Optional.of(job.job().id()));
    Qemu gone = neverRan ? Qemu.GONE_UNTOLD : Qemu.GONE;
    return TargetRules.decide(phase(job), gone, Word.NONE) == TargetRules.Act.FAIL
        ? fail(job, "its QEMU has ended before it was told to let the guest go on")
        : lose(job);
  }

  /** What it has written is in its images, which stay. */
  private CompletionStage<?> lose(KeptJob job) {
    if (!StorageRow.hasCopies(job)) {
      return lost(job);
    }
    if (!aside.isBusy(job.job().id())) { // else what it is busy with takes it up again
      aside.run(
          job,
          storage.images(job)::keep,
          (now, failure) -> failure.isPresent() ? keepLater(now, failure.get()) : lost(now));
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> lost(KeptJob job) {
    Job.Status status =
        new Job.Status(
            JobState.FAILED,
            ArrivalRow.MACHINE_ENDED,
            Optional.empty(),
            "the guest had come, and has ended with its QEMU",
            Optional.of(host.now()));
    return keeper.record(JobSteps.ended(step(job), job.with(status))).thenRun(this::answerTakers);
  }

  /** Its images go first: no row would tell of them later. */
  private CompletionStage<?> clear(KeptJob job) {
    if (!StorageRow.hasCopies(job)) {
      return cleared(job);
    }
    if (!aside.isBusy(job.job().id())) {
      aside.run(
          job,
          storage.images(job)::discard,
          (now, failure) -> {
            if (failure.isEmpty()) {
              return cleared(now);
            }
            LOG.warn("Images of job {} are left: {}", now.job().id(), failure.get().getMessage());
            host.timers().after(CLEAR_AGAIN, () -> mailbox.event(this::takeUp));
            return Mailbox.DONE;
          });
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> cleared(KeptJob job) {
    return job.isRunning() && ArrivalRow.isUnwanted(job) ? forget(job) : Mailbox.DONE;
  }

  private CompletionStage<?> forget(KeptJob job) {
    Intent intent =
        new Intent(ledger.uuid(), "undefine", "{}", job.job().origin().actor(), host.now());
    return ledger
        .request(step(job).intent(intent))
        .thenCompose(done -> undefine.apply(job.job().origin().actor()))
        .exceptionally(
            left -> {
              LOG.warn("Domain '{}' did not come, and stays defined", ledger.name(), left);
              return null;
            });
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    running = false;
    takeUp();
  }

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    return takeUp();
  }

  private CompletionStage<?> takeUp() {
    Optional<KeptJob> present = present();
    if (present.isEmpty() || keeper.lifecycle() instanceof Lifecycle.Starting) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    Optional<Lifecycle.Active> active = active(job);
    boolean gone = ledger.launch().isEmpty();
    switch (phase(job)) {
      case PREPARING -> {
        return gone ? ended(job) : Mailbox.DONE;
      }
      case INCOMING -> {
        active.ifPresent(this::look);
        return gone ? ended(job) : Mailbox.DONE;
      }
      case RECEIVED -> {
        return gone ? ended(job) : Mailbox.DONE;
      }
      case OWNER -> {
        active.ifPresent(live -> run(live, job));
        return gone ? goneAsOwner(job) : Mailbox.DONE;
      }
      case FAILED -> {
        answerTakers();
        active.ifPresent(live -> end(live, job));
        return gone ? clear(job) : Mailbox.DONE;
      }
      case NONE, SILENT, COMPLETE -> {
        return Mailbox.DONE;
      }
    }
    return Mailbox.DONE;
  }

  private void end(Lifecycle.Active active, KeptJob job) {
    MachineEnd end = new MachineEnd(MachineEnd.Cause.NOT_TAKEN, job.job().origin().actor());
    keeper.reaper().end(active, end, host.settings().reapGrace());
  }

  /** The status with its reason, while the guest comes. */
  DomainStatus named(DomainStatus status) {
    return status.state() == DomainState.RUNNING && present().isPresent()
        ? new DomainStatus(status.state(), StateReason.MIGRATED, status.detail(), status.since())
        : status;
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    throw new InvalidStateException(
        "Cannot cancel job "
            + job.job().id()
            + " here: its guest is another host's. Cancel it there; 'vmctl migration resolve' is"
            + " for a source that never answers again.");
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": QEMU takes in all of it in one go. Cancel it at its source.");
  }

  // ---- its parts

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private Optional<KeptJob> known(JobId id) {
    return ledger.jobs().find(id).filter(ArrivalRow::is);
  }

  /** The one that goes on. */
  private Optional<KeptJob> present() {
    return ledger.jobs().running().stream().filter(ArrivalRow::is).findFirst();
  }

  private Optional<KeptJob> incoming(Lifecycle.Active active) {
    return present()
        .filter(job -> phase(job) == TargetPhase.INCOMING && active(job).isPresent())
        .filter(job -> !aside.isBusy(job.job().id()));
  }

  /** Its machine, when it answers: the domain has none before. */
  private Optional<Lifecycle.Active> active(KeptJob job) {
    return job.isRunning()
            && keeper.lifecycle() instanceof Lifecycle.Active active
            && !active.machine().qmp().disconnected().isDone()
        ? Optional.of(active)
        : Optional.empty();
  }
}
