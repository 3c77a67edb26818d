package dev.berth.engine;

import static dev.berth.engine.SaveRow.BEGINNING;
import static dev.berth.engine.SaveRow.CANCELLED;
import static dev.berth.engine.SaveRow.COMPLETE;
import static dev.berth.engine.SaveRow.ENDING;
import static dev.berth.engine.SaveRow.FILE_FAILED;
import static dev.berth.engine.SaveRow.INTERRUPTED;
import static dev.berth.engine.SaveRow.MACHINE_ENDED;
import static dev.berth.engine.SaveRow.REFUSED_BY_QEMU;
import static dev.berth.engine.SaveRow.SEALING;
import static dev.berth.engine.SaveRow.UNDOING;
import static dev.berth.engine.SaveRow.WRITE_FAILED;
import static dev.berth.engine.SaveRow.WRITING;
import static dev.berth.engine.SaveRow.partial;
import static dev.berth.engine.SaveRow.phase;
import static dev.berth.engine.SaveRow.target;
import static java.util.Objects.requireNonNull;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.migration.CpuQuestion;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.QemuMigration;
import dev.berth.engine.save.SaveFiles.Written;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.qapi.migration.MigrationInfo;
import dev.berth.qapi.migration.MigrationStats;
import dev.berth.qapi.migration.MigrationStatus;
import dev.berth.qapi.migration.QueryMigrate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that are saved to files, each from its row to its end. Runs in the driver's turns, and
 * holds no thread while QEMU writes.
 *
 * <pre>
 *               guest stands,            all        described,            process
 *   on record ──file given──► writing ──written──► sealing ──named──► ending ──gone──► complete
 *  (beginning)                   │                    │                │
 *       └────────────────────────┴── it failed, or is not wanted       │
 *                                │                                     │
 *                                ▼                                     │
 *                             undoing ── the guest goes on ──► failed  │
 *   ◄───────────── the machine has the guest ────────────────────────► ◄── the file has it ──►
 * </pre>
 *
 * <p>Who has the guest is what the row says, and nobody else decides: until it says {@code ending}
 * the file is nothing, and from then on the machine is only there to be ended.
 */
final class SaveJobs implements MachineJobWork {
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(SaveJobs.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final JobAside aside;
  private final QemuWatch<MigrationInfo> watch;
  private Pace pace = new Pace();

  SaveJobs(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = new JobAside(mailbox, ledger, host.backups(), this::takeUp);
    this.watch =
        new QemuWatch<>(
            host,
            mailbox,
            keeper,
            qmp -> qmp.send(new QueryMigrate()),
            active -> writing(active).isPresent(),
            this::seen);
  }

  // ---- beginning

  /** Begins a save that is on record. */
  void begin(Lifecycle.Active active, KeptJob job) {
    pace = new Pace();
    aside.run(job, steps(active, job)::begin, this::begun);
  }

  private CompletionStage<?> begun(KeptJob job, Optional<BerthException> failure) {
    if (phase(job).equals(UNDOING)) {
      return takeUp(job); // it is not wanted any more
    }
    return failure.isEmpty()
        ? nowWriting(job)
        : undo(job, code(failure.get()), String.valueOf(failure.get().getMessage()));
  }

  private static String code(BerthException failure) {
    return failure instanceof QemuRefusedException ? REFUSED_BY_QEMU : FILE_FAILED;
  }

  private CompletionStage<?> nowWriting(KeptJob job) {
    KeptJob writing = SaveRow.in(WRITING, job);
    Step step = step(job).job(writing);
    DomainState state = ledger.status().state();
    if (state == DomainState.RUNNING || state == DomainState.PAUSED) {
      step.status(DomainStatus.of(DomainState.PAUSED, StateReason.SAVING, host.now()));
    }
    return keeper.record(step).thenCompose(recorded -> takeUp(writing));
  }

  // ---- going on

  /** Asks how far the save is, now and as long as there is one. */
  void look(Lifecycle.Active active) {
    watch.look(active);
  }

  private CompletionStage<?> seen(Lifecycle.Active active, MigrationInfo info) {
    KeptJob job = writing(active).orElseThrow();
    if (!SaveSteps.isOver(info.status())) {
      Optional<Progress> progress = info.ram().map(this::progress);
      ledger.jobs().show(job.with(SaveRow.running(WRITING, progress, "")));
      watch.later();
      return Mailbox.DONE;
    }
    if (info.status().equals(Optional.of(MigrationStatus.COMPLETED))) {
      measure(active, job);
      return Mailbox.DONE;
    }
    return undo(job, WRITE_FAILED, info.errorDesc().orElse("somebody else has ended it in QEMU"));
  }

  private Progress progress(MigrationStats ram) {
    return pace.at(host.now(), ram.total() - ram.remaining(), ram.total());
  }

  /** All is written: how much that is goes on record, for the description comes behind it. */
  private void measure(Lifecycle.Active active, KeptJob job) {
    if (aside.isBusy(job.job().id())) {
      return;
    }
    LaunchRecord launch = ledger.launch().orElseThrow();
    AtomicReference<@Nullable Written> written = new AtomicReference<>();
    AtomicReference<GuestCpu> cpu = new AtomicReference<>(GuestCpu.UNKNOWN);
    aside.run(
        job,
        () -> {
          cpu.set(OperationThreads.await(CpuQuestion.ask(active.machine().qmp(), launch)));
          written.set(file(job).settle(launch));
        },
        (now, failure) -> {
          if (phase(now).equals(UNDOING) || !isThere(now)) {
            return takeUp(now);
          }
          return failure.isEmpty()
              ? next(now, SaveRow.sealing(now, requireNonNull(written.get()), launch, cpu.get()))
              : undo(now, FILE_FAILED, String.valueOf(failure.get().getMessage()));
        });
  }

  // ---- its ends

  private void seal(Lifecycle.Active active, KeptJob job) {
    SaveSteps steps = steps(active, job);
    aside.run(
        job,
        () -> {
          steps.requireStanding();
          file(job).complete();
          steps.requireStanding();
        },
        (now, failure) -> {
          if (failure.isEmpty()) {
            return handOver(now);
          }
          return isThere(now)
              ? undo(now, FILE_FAILED, String.valueOf(failure.get().getMessage()))
              : takeUp(now);
        });
  }

  /** The one step by which the guest is the file's: it is on the disk before the machine ends. */
  private CompletionStage<?> handOver(KeptJob job) {
    return next(job, SaveRow.in(ENDING, job));
  }

  /** The one step by which the guest stays the machine's: on the disk before the guest goes on. */
  private CompletionStage<?> undo(KeptJob job, String code, String why) {
    return next(job, SaveRow.undoing(job, code, why));
  }

  /** Goes on when that is on the disk; until then nothing is done that a host before would not. */
  private CompletionStage<?> next(KeptJob job, KeptJob next) {
    return request(next)
        .exceptionally(
            failure -> {
              LOG.warn("Job {} cannot be put on record yet", job.job().id(), failure);
              host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> nextAgain(job, next)));
              return null;
            });
  }

  private CompletionStage<?> nextAgain(KeptJob job, KeptJob next) {
    boolean asBefore =
        ledger
            .jobs()
            .find(job.job().id())
            .filter(now -> now.isRunning() && phase(now).equals(phase(job)))
            .isPresent();
    return asBefore && !aside.isBusy(job.job().id()) ? next(job, next) : Mailbox.DONE;
  }

  private CompletionStage<Void> request(KeptJob next) {
    Step step = step(next).job(next);
    if (phase(next).equals(ENDING)) {
      step.policy(Step.Policy.OVERRIDDEN);
    }
    return ledger.request(step).thenCompose(recorded -> takeUp(next)).thenApply(done -> null);
  }

  /** What could not be taken back is tried again until it can, or until the machine ends. */
  private CompletionStage<?> undone(KeptJob job, Optional<BerthException> failure) {
    if (failure.isPresent()) {
      LOG.warn(
          "Domain '{}': job {} cannot be taken back yet: {}",
          ledger.name(),
          job.job().id(),
          failure.get().getMessage());
      host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() instanceof Lifecycle.Active active && isOf(active, job)) {
      keeper.runStates().ask(active).whenComplete((told, lost) -> mailbox.event(() -> failed(job)));
      return Mailbox.DONE;
    }
    return failed(job);
  }

  private CompletionStage<?> failed(KeptJob job) {
    String code = SaveRow.end(job);
    JobState state = code.equals(CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    Step step = step(job);
    if (ledger.status().reason() == StateReason.SAVING) { // its guest was paused, and is so still
      step.status(DomainStatus.of(DomainState.PAUSED, StateReason.USER, host.now()));
    }
    return end(step, job, state, code, job.job().status().detail());
  }

  private CompletionStage<?> end(KeptJob job, JobState state, String code, String detail) {
    return end(step(job), job, state, code, detail);
  }

  private CompletionStage<?> end(
      Step step, KeptJob job, JobState state, String code, String detail) {
    if (ledger.jobs().find(job.job().id()).filter(KeptJob::isRunning).isEmpty()) {
      return Mailbox.DONE;
    }
    Job.Status status =
        new Job.Status(state, code, job.job().status().progress(), detail, Optional.of(host.now()));
    return keeper.record(JobSteps.ended(step, job.with(status)));
  }

  /**
   * What a domain is once its machine is gone, if a file has its guest: from when all is written,
   * however the machine ends.
   */
  Optional<DomainStatus> afterwards(LaunchRecord launch) {
    return running().stream()
        .filter(job -> Set.of(SEALING, ENDING).contains(phase(job)) && isOf(launch, job))
        .map(
            job ->
                new DomainStatus(
                    DomainState.SHUTOFF,
                    StateReason.SAVED,
                    Optional.of("in " + target(job)),
                    host.now()))
        .findFirst();
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    running().forEach(this::takeUp);
  }

  @Override
  public CompletionStage<?> settleWithoutMachine() {
    running().forEach(this::takeUp);
    return Mailbox.DONE;
  }

  /** Goes on with a job as its phase says, once nothing is being done for it. */
  private CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    if (!isThere(job)) {
      return withoutMachine(job);
    }
    if (keeper.lifecycle() instanceof Lifecycle.Active active
        && isOf(active, job)
        && !active.machine().qmp().disconnected().isDone()) { // else its next adoption takes it up
      return takeUp(active, job);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> takeUp(Lifecycle.Active active, KeptJob job) {
    switch (phase(job)) {
      case BEGINNING -> find(active, job);
      case SEALING -> seal(active, job);
      case UNDOING -> aside.run(job, steps(active, job)::undo, this::undone);
      case ENDING -> {
        MachineEnd end = new MachineEnd(MachineEnd.Cause.SAVED, job.job().origin().actor());
        return keeper.reaper().end(active, end, host.settings().reapGrace());
      }
      default -> look(active);
    }
    return Mailbox.DONE;
  }

  /** What is all written has the guest; anything less is nothing. */
  private CompletionStage<?> withoutMachine(KeptJob job) {
    switch (phase(job)) {
      case ENDING -> {
        return end(job, JobState.SUCCEEDED, COMPLETE, "");
      }
      case SEALING -> aside.run(job, file(job)::complete, this::completed);
      case UNDOING -> aside.run(job, file(job)::discard, this::undone);
      default ->
          aside.run(
              job,
              file(job)::discard,
              (now, failure) ->
                  end(
                      now,
                      JobState.FAILED,
                      MACHINE_ENDED,
                      "the machine has ended before all was written"));
    }
    return Mailbox.DONE;
  }

  /** Nobody but that file has the guest: it is tried until it has its name, or is not there. */
  private CompletionStage<?> completed(KeptJob job, Optional<BerthException> failure) {
    if (failure.isEmpty()) {
      return end(job, JobState.SUCCEEDED, COMPLETE, "");
    }
    String why = String.valueOf(failure.get().getMessage());
    if (failure.get() instanceof NotFoundException) {
      return givenUp(job, why + " The machine has ended.");
    }
    LOG.warn("Domain '{}': job {} is not complete yet: {}", ledger.name(), job.job().id(), why);
    ledger.jobs().show(job.with(SaveRow.running(SEALING, Optional.empty(), why)));
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  private CompletionStage<Void> givenUp(KeptJob job, String why) {
    Step step = step(job);
    if (ledger.status().reason() == StateReason.SAVED) {
      step.status(
          new DomainStatus(DomainState.SHUTOFF, StateReason.FAILED, Optional.of(why), host.now()));
    }
    return end(step, job, JobState.FAILED, FILE_FAILED, why).thenRun(() -> {});
  }

  /**
   * Whether QEMU has begun: it writes, or stands behind what it has written, as it never does for
   * another reason.
   */
  private void find(Lifecycle.Active active, KeptJob job) {
    QemuMigration.ask(active.machine().qmp())
        .thenApply(
            now -> !SaveSteps.isOver(now.info().status()) || now.runState().equals("postmigrate"))
        .thenAccept(begun -> mailbox.event(() -> found(active, job, begun)))
        .exceptionally(lost -> null); // its connection is, and the next adoption finds out
  }

  private CompletionStage<?> found(Lifecycle.Active active, KeptJob job, boolean begun) {
    if (keeper.lifecycle() != active
        || !ledger.jobs().find(job.job().id()).equals(Optional.of(job))) {
      return Mailbox.DONE;
    }
    return begun
        ? nowWriting(job)
        : undo(job, INTERRUPTED, "the host's process ended before QEMU had begun to write");
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    if (phase(job).equals(SEALING) && !isThere(job) && !aside.isBusy(job.job().id())) {
      String why = job.job().status().detail(); // what is written stays, whatever it is called
      return givenUp(job, why + " The machine has ended. Its state is in '" + partial(job) + "'.");
    }
    if (Set.of(SEALING, ENDING).contains(phase(job))) {
      throw new InvalidStateException(
          "Cannot cancel job " + job.job().id() + ": all is written. Wait for it, and restore it.");
    }
    if (phase(job).equals(UNDOING)) {
      return CompletableFuture.completedFuture(null);
    }
    return request(SaveRow.undoing(job, CANCELLED, "by " + actor));
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": the guest stands until it is over. Wait for it, or cancel it.");
  }

  // ---- its parts

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  private SaveFileOf file(KeptJob job) {
    return new SaveFileOf(host.saveFiles(), job);
  }

  private SaveSteps steps(Lifecycle.Active active, KeptJob job) {
    return new SaveSteps(active.machine().qmp(), host.saveFiles(), job);
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.SAVE)
        .toList();
  }

  private Optional<KeptJob> writing(Lifecycle.Active active) {
    return running().stream()
        .filter(job -> isOf(active, job) && phase(job).equals(WRITING))
        .findFirst(); // there is never more than one, see JobConflicts
  }

  /** Whether there is the machine that is saved. */
  private boolean isThere(KeptJob job) {
    return ledger.launch().filter(launch -> isOf(launch, job)).isPresent();
  }

  private static boolean isOf(Lifecycle.Active active, KeptJob job) {
    return isOf(active.machine().launch(), job);
  }

  private static boolean isOf(LaunchRecord launch, KeptJob job) {
    return job.fact(KeptJob.INCARNATION).equals(launch.incarnation());
  }
}
