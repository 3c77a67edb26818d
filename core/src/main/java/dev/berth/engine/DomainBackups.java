package dev.berth.engine;

import static dev.berth.engine.BackupRow.CANCELLED;
import static dev.berth.engine.BackupRow.CLOSING;
import static dev.berth.engine.BackupRow.COMPLETE;
import static dev.berth.engine.BackupRow.FILE_FAILED;
import static dev.berth.engine.BackupRow.FREEZE_FAILED;
import static dev.berth.engine.BackupRow.FREEZING;
import static dev.berth.engine.BackupRow.INTERRUPTED;
import static dev.berth.engine.BackupRow.MACHINE_ENDED;
import static dev.berth.engine.BackupRow.PAUSED;
import static dev.berth.engine.BackupRow.PREPARING;
import static dev.berth.engine.BackupRow.REFUSED_BY_QEMU;
import static dev.berth.engine.BackupRow.SEALING;
import static dev.berth.engine.BackupRow.UNDOING;
import static dev.berth.engine.BackupRow.WRITE_FAILED;
import static dev.berth.engine.BackupRow.WRITING;
import static dev.berth.engine.BackupRow.in;
import static dev.berth.engine.BackupRow.partial;
import static dev.berth.engine.BackupRow.phase;
import static dev.berth.engine.BackupRow.plan;

import dev.berth.backup.Consistency;
import dev.berth.engine.BackupPlan.OfDisk;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.Machine;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import dev.berth.qmp.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of a running machine's disks, each from its row to its description. Runs in the driver's
 * turns, and holds no thread while QEMU writes; what takes several steps is done by threads for
 * backups, for one backup one thing at a time. {@link BackupQuiescing} brings guests to rest for
 * the moment in which one begins.
 *
 * <pre>
 *                images made,         all jobs of QEMU's     closed     looked at, described
 *   on record ───one transaction────► writing ─────done────► closing ──► sealing ──────► complete
 *  (preparing)                         ▲  │ paused
 *       └──────────────────────────────┴──┴── it failed, or is not wanted ──► undoing ──► failed
 * </pre>
 */
final class DomainBackups implements JobWork, BackupQuiescing.Course {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(DomainBackups.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Map<JobId, Pace> paces = new HashMap<>();
  private final JobAside aside;
  private final BackupQuiescing quiescing;
  private volatile long changes;
  private boolean looking;
  private boolean lookingLater;

  DomainBackups(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.aside = new JobAside(mailbox, ledger, host.backups(), this::takeUp);
    this.quiescing = new BackupQuiescing(host, mailbox, ledger, aside, this);
  }

  /** Counts what has changed marks in images, or may have. Any thread. */
  long changes() {
    return changes;
  }

  /** Marks in images change, or may have. */
  void marksChange() {
    changes++;
  }

  // ---- beginning

  /** Begins a backup that is on record. */
  void begin(Lifecycle.Active active, KeptJob job) {
    changes++;
    BackupSteps steps = steps(active, job);
    if (BackupRow.quiesce(job) == Quiesce.NONE) {
      aside.run(
          job,
          () -> {
            steps.prepare();
            steps.begin(Deadline.none());
          },
          this::begun);
    } else {
      quiescing.begin(active, job, steps);
    }
  }

  @Override
  public CompletionStage<?> begun(KeptJob job, Optional<BerthException> failure) {
    if (phase(job).equals(UNDOING)) {
      return takeUp(job); // it is not wanted any more
    }
    return failure.isEmpty()
        ? nowWriting(BackupRow.begun(job, host.now()))
        : undo(job, code(failure.get()), failure.get());
  }

  private static String code(BerthException failure) {
    return failure instanceof QemuRefusedException ? REFUSED_BY_QEMU : FILE_FAILED;
  }

  private CompletionStage<?> nowWriting(KeptJob job) {
    KeptJob writing = in(WRITING, job);
    return record(writing).thenCompose(recorded -> followed(writing));
  }

  private CompletionStage<?> followed(KeptJob job) {
    if (isOfNoMachine(job)) { // it has ended while this was begun
      return takeUp(job);
    }
    lookNow();
    return Mailbox.DONE;
  }

  // ---- going on

  /** Asks how far the backups are, now and as long as there is one. */
  void look(Lifecycle.Active active) {
    if (looking || keeper.lifecycle() != active || inPhase(active, WRITING, PAUSED).isEmpty()) {
      return;
    }
    looking = true;
    active
        .machine()
        .qmp()
        .send(new QueryJobs())
        .whenComplete((jobs, failure) -> mailbox.event(() -> seen(active, jobs)));
  }

  private void lookNow() {
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      look(active);
    }
  }

  private CompletionStage<?> seen(Lifecycle.Active active, @Nullable List<JobInfo> jobs) {
    looking = false;
    if (jobs == null || keeper.lifecycle() != active) {
      return Mailbox.DONE; // its connection is lost, and the next adoption finds out
    }
    CompletionStage<?> done = Mailbox.DONE;
    for (KeptJob job : inPhase(active, WRITING, PAUSED)) {
      done = done.thenCompose(before -> seen(job, jobs));
    }
    lookLater();
    return done;
  }

  private CompletionStage<?> seen(KeptJob job, List<JobInfo> all) {
    List<String> ids = BackupSteps.jobs(job.job().id(), plan(job));
    List<JobInfo> ours = all.stream().filter(it -> ids.contains(it.id())).toList();
    Optional<String> error =
        ours.stream().map(JobInfo::error).flatMap(Optional::stream).findFirst();
    if (error.isPresent() || ours.size() < ids.size()) {
      return undo(job, WRITE_FAILED, error.orElse("somebody else has ended it in QEMU"));
    }
    if (ours.stream().allMatch(it -> it.status().equals(JobStatus.CONCLUDED))) {
      return record(in(CLOSING, job)).thenCompose(recorded -> takeUp(job));
    }
    ledger
        .jobs()
        .show(job.with(BackupRow.running(phase(job), Optional.of(progress(job, ours)), "")));
    return Mailbox.DONE;
  }

  private Progress progress(KeptJob job, List<JobInfo> ours) {
    return paces
        .computeIfAbsent(job.job().id(), none -> new Pace())
        .at(
            host.now(),
            ours.stream().mapToLong(JobInfo::currentProgress).sum(),
            ours.stream().mapToLong(JobInfo::totalProgress).sum());
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
                      lookNow();
                      return Mailbox.DONE;
                    }));
  }

  // ---- its ends

  private CompletionStage<?> closed(KeptJob job, Optional<BerthException> failure) {
    if (failure.isPresent()) {
      boolean isQemus = failure.get() instanceof QemuRefusedException;
      return undo(job, isQemus ? WRITE_FAILED : FILE_FAILED, failure.get());
    }
    KeptJob sealing = in(SEALING, job);
    return record(sealing).thenRun(() -> seal(sealing, BackupSealing.first(host, ledger, sealing)));
  }

  private void seal(KeptJob job, BackupSealing sealing) {
    if (!aside.isBusy(job.job().id())) {
      aside.run(job, sealing::run, (now, failure) -> sealed(now, sealing, failure));
    }
  }

  private CompletionStage<?> sealed(
      KeptJob job, BackupSealing sealing, Optional<BerthException> failure) {
    return failure.isEmpty()
        ? end(job, JobState.SUCCEEDED, COMPLETE, reasons(job))
        : undo(job, sealing.code(), failure.get());
  }

  /** Which disks are in full although less was wanted, and why the guest was not at rest. */
  private static String reasons(KeptJob job) {
    List<String> reasons = new ArrayList<>();
    Consistency consistency = BackupRow.consistency(job);
    if (!consistency.reason().isEmpty()) {
      reasons.add(consistency.kind().text() + ": " + consistency.reason());
    }
    for (OfDisk disk : plan(job).disks()) {
      if (!disk.reason().isEmpty()) {
        reasons.add("disk '" + disk.disk() + "' is in full: " + disk.reason());
      }
    }
    return String.join("; ", reasons);
  }

  private CompletionStage<?> undo(KeptJob job, String code, BerthException why) {
    return undo(job, code, String.valueOf(why.getMessage()));
  }

  @Override
  public CompletionStage<?> undo(KeptJob job, String code, String why) {
    KeptJob undoing = BackupRow.undoing(job, code, why);
    return record(undoing).thenCompose(recorded -> takeUp(undoing));
  }

  /** What could not be taken back is tried again until it can, or until the machine ends. */
  private CompletionStage<?> undone(KeptJob job, Optional<BerthException> failure) {
    if (failure.isEmpty()) {
      return ended(job, BackupRow.end(job), job.job().status().detail());
    }
    LOG.warn(
        "Domain '{}': job {} cannot be taken back yet: {}",
        ledger.name(),
        job.job().id(),
        failure.get().getMessage());
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  /** There is nothing left of it but its images. */
  private void discard(KeptJob job) {
    Path partial = partial(job);
    aside.run(job, () -> host.backupFiles().discard(partial), this::undone);
  }

  private CompletionStage<?> ended(KeptJob job, String code, String detail) {
    return end(job, code.equals(CANCELLED) ? JobState.CANCELLED : JobState.FAILED, code, detail);
  }

  private CompletionStage<?> end(KeptJob job, JobState state, String code, String detail) {
    paces.remove(job.job().id());
    changes++;
    Job.Status status =
        new Job.Status(state, code, BackupRow.progress(job), detail, Optional.of(host.now()));
    return keeper.record(JobSteps.ended(Step.by(job.job().origin().actor()), job.with(status)));
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

  /** Goes on with a job as its phase says, once nothing is being done for it. */
  @Override
  public CompletionStage<?> takeUp(KeptJob known) {
    Optional<KeptJob> present = ledger.jobs().find(known.job().id()).filter(KeptJob::isRunning);
    if (present.isEmpty() || aside.isBusy(known.job().id())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    if (phase(job).equals(SEALING)) {
      seal(job, BackupSealing.again(host, ledger, job));
    } else if (isOfNoMachine(job)) {
      if (!phase(job).equals(UNDOING)) {
        return undo(job, MACHINE_ENDED, "the machine has ended before all was written");
      }
      discard(job);
    } else if (keeper.lifecycle() instanceof Lifecycle.Active active
        && isOf(active, job)
        && !active.machine().qmp().disconnected().isDone()) { // else its next adoption takes it up
      return takeUp(active, job);
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> takeUp(Lifecycle.Active active, KeptJob job) {
    if (BackupRow.isFrozen(job)) {
      return quiescing.thaw(active, job);
    }
    switch (phase(job)) {
      case PREPARING, FREEZING -> find(active, job);
      case CLOSING -> aside.run(job, steps(active, job)::release, this::closed);
      case UNDOING -> aside.run(job, steps(active, job)::undo, this::undone);
      case PAUSED -> {
        BackupPausing.tell(active, job, true);
        look(active);
      }
      default -> {
        BackupPausing.tell(active, job, false);
        look(active);
      }
    }
    return Mailbox.DONE;
  }

  /** All its jobs are there when the transaction has happened, for QEMU keeps them. */
  private void find(Lifecycle.Active active, KeptJob job) {
    active
        .machine()
        .qmp()
        .send(new QueryJobs())
        .thenAccept(jobs -> mailbox.event(() -> found(active, job, jobs)))
        .exceptionally(lost -> null); // its connection is, and the next adoption finds out
  }

  private CompletionStage<?> found(Lifecycle.Active active, KeptJob job, List<JobInfo> jobs) {
    Set<String> there = new HashSet<>(jobs.stream().map(JobInfo::id).toList());
    if (keeper.lifecycle() != active
        || !ledger.jobs().find(job.job().id()).equals(Optional.of(job))) {
      return Mailbox.DONE;
    }
    if (there.containsAll(BackupSteps.jobs(job.job().id(), plan(job)))) {
      return BackupQuiescing.isEnough(job)
          ? nowWriting(job)
          : undo(job, FREEZE_FAILED, BackupRow.consistency(job).reason());
    }
    return undo(job, INTERRUPTED, "the host's process ended before QEMU had begun to write");
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    if (Set.of(CLOSING, SEALING).contains(phase(job))) {
      throw new InvalidStateException(
          "Cannot cancel job " + job.job().id() + ": all is written. Wait for it.");
    }
    if (phase(job).equals(UNDOING)) {
      return CompletableFuture.completedFuture(null);
    }
    return undo(job, CANCELLED, "by " + actor).thenApply(done -> null);
  }

  // ---- held, and let go on

  @Override
  public JobPausing pausing(KeptJob job) {
    if (!Set.of(WRITING, PAUSED).contains(phase(job))) {
      throw new InvalidStateException(
          "Cannot pause or resume job "
              + job.job().id()
              + ": it is "
              + phase(job)
              + ", and can be held only while QEMU writes.");
    }
    return new BackupPausing(keeper);
  }

  // ---- its parts

  /**
   * Refuses what would come between a guest's freezing and its thawing.
   *
   * @throws BusyException naming the backup
   */
  void requireThawed() {
    running().stream().filter(BackupRow::isFrozen).findFirst().ifPresent(BackupQuiescing::refuse);
  }

  @Override
  public CompletionStage<Void> record(KeptJob job) {
    return keeper.record(Step.by(job.job().origin().actor()).job(job));
  }

  private BackupSteps steps(Lifecycle.Active active, KeptJob job) {
    Machine machine = active.machine();
    return new BackupSteps(
        machine, keeper.fdsets(), host.backupFiles(), partial(job), job.job().id(), plan(job));
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.BACKUP)
        .toList();
  }

  private List<KeptJob> inPhase(Lifecycle.Active active, String... phases) {
    return running().stream()
        .filter(job -> isOf(active, job))
        .filter(job -> List.of(phases).contains(phase(job)))
        .toList();
  }

  private static boolean isOf(Lifecycle.Active active, KeptJob job) {
    return job.fact(Detachments.INCARNATION).equals(active.machine().launch().incarnation());
  }

  private boolean isOfNoMachine(KeptJob job) {
    return !ledger
        .launch()
        .map(launch -> launch.incarnation())
        .equals(Optional.of(job.fact(Detachments.INCARNATION)));
  }
}
