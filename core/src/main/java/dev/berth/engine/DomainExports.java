package dev.berth.engine;

import static dev.berth.engine.PullRow.CANCELLED;
import static dev.berth.engine.PullRow.CLOSING;
import static dev.berth.engine.PullRow.COMPLETE;
import static dev.berth.engine.PullRow.DEADLINE_PASSED;
import static dev.berth.engine.PullRow.FILE_FAILED;
import static dev.berth.engine.PullRow.INTERRUPTED;
import static dev.berth.engine.PullRow.MACHINE_ENDED;
import static dev.berth.engine.PullRow.PREPARING;
import static dev.berth.engine.PullRow.REFUSED_BY_QEMU;
import static dev.berth.engine.PullRow.SERVING;
import static dev.berth.engine.PullRow.UNDOING;
import static dev.berth.engine.PullRow.WRITE_FAILED;
import static dev.berth.engine.PullRow.in;
import static dev.berth.engine.PullRow.phase;
import static dev.berth.engine.PullRow.plan;

import dev.berth.backup.PullBackup;
import dev.berth.domain.StateReason;
import dev.berth.engine.backup.ExportProbe;
import dev.berth.engine.backup.NbdServer;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.UnsupportedException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.qapi.block.BlockExportInfo;
import dev.berth.qapi.block.QueryBlockExports;
import dev.berth.qapi.job.JobInfo;
import dev.berth.qapi.job.JobStatus;
import dev.berth.qapi.job.QueryJobs;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports of a running machine's disks, each from its row to its end. Runs in the driver's turns,
 * and holds no thread while QEMU serves.
 *
 * <pre>
 *                scratch made,                  its user is done     all freed,
 *   on record ───one transaction────► serving ──────────────────► closing ─────► complete
 *  (preparing)                           │                                marks stay
 *       └────────────────────────────────┴── it failed, is not wanted, takes too long
 *                                                └──► undoing ──► failed, cancelled
 * </pre>
 */
final class DomainExports implements MachineJobWork {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(DomainExports.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final DomainBackups backups;
  private final JobAside aside;
  private boolean looking;
  private boolean lookingLater;

  DomainExports(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      DomainBackups backups) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.backups = backups;
    this.aside = new JobAside(mailbox, ledger, host.backups(), this::takeUp);
  }

  // ---- beginning

  /** Begins an export that is on record. */
  void begin(Lifecycle.Active active, KeptJob job) {
    backups.marksChange();
    PullSteps steps = steps(active, job);
    aside.run(
        job,
        () -> {
          steps.prepare();
          steps.begin();
          steps.serve();
        },
        this::begun);
  }

  private CompletionStage<?> begun(KeptJob job, Optional<BerthException> failure) {
    if (phase(job).equals(UNDOING)) {
      return takeUp(job); // it is not wanted any more
    }
    if (failure.isEmpty()) {
      return nowServing(PullRow.begun(job, host.now()));
    }
    // a server that somebody else has started is not stopped
    KeptJob mine = NbdServer.isRefused(failure.get()) ? job.with(NbdServer.SOCKET, "") : job;
    return undo(
        mine,
        failure.get() instanceof QemuRefusedException ? REFUSED_BY_QEMU : FILE_FAILED,
        String.valueOf(failure.get().getMessage()));
  }

  private CompletionStage<?> nowServing(KeptJob job) {
    KeptJob serving = in(SERVING, job);
    return record(serving).thenCompose(recorded -> takeUp(serving));
  }

  // ---- serving

  /** Sees whether they still serve what they should, now and as long as there is one. */
  private void look(Lifecycle.Active active) {
    lookLater();
    if (looking) {
      return;
    }
    looking = true;
    List<KeptJob> asked = serving();
    CompletableFuture<List<JobInfo>> jobs = active.machine().qmp().send(new QueryJobs());
    active
        .machine()
        .qmp()
        .send(new QueryBlockExports())
        .thenCombine(jobs, Seen::new)
        .whenComplete((seen, failure) -> mailbox.event(() -> seen(active, asked, seen)));
  }

  /** What QEMU has. */
  private record Seen(List<BlockExportInfo> exports, List<JobInfo> jobs) {

    boolean hasAll(List<String> ids) {
      Set<String> served = exports.stream().map(BlockExportInfo::id).collect(Collectors.toSet());
      Set<String> copied =
          jobs.stream()
              .filter(it -> !it.status().equals(JobStatus.CONCLUDED))
              .map(JobInfo::id)
              .collect(Collectors.toSet());
      return served.containsAll(ids) && copied.containsAll(ids);
    }
  }

  private CompletionStage<?> seen(
      Lifecycle.Active active, List<KeptJob> asked, @Nullable Seen seen) {
    looking = false;
    if (seen == null || keeper.lifecycle() != active) {
      return Mailbox.DONE; // its connection is lost, and the next adoption finds out
    }
    CompletionStage<?> done = Mailbox.DONE;
    for (KeptJob job : asked) {
      done = done.thenCompose(before -> seen(active, job, seen));
    }
    return done;
  }

  private CompletionStage<?> seen(Lifecycle.Active active, KeptJob job, Seen seen) {
    JobId id = job.job().id();
    if (!seen.hasAll(PullSteps.exports(id, plan(job)))) {
      return end(id, WRITE_FAILED, "somebody else has ended it in QEMU");
    }
    if (!PullSteps.sparesGuest(active.machine().qmp())) {
      return stopped(active);
    }
    Optional<KeptJob> still = serving(id);
    if (still.isPresent() && !aside.isBusy(id)) {
      ExportProbe probe = probe(job);
      aside.run(job, probe::run, (now, unknown) -> probed(now, probe));
    }
    return Mailbox.DONE;
  }

  private ExportProbe probe(KeptJob job) {
    return new ExportProbe(host.servedDisks(), PullRow.served(job));
  }

  /**
   * What is not known, because so many clients read it for one, will be when it is looked again.
   */
  private CompletionStage<?> probed(KeptJob job, ExportProbe probe) {
    if (!phase(job).equals(SERVING)) {
      return takeUp(job);
    }
    return probe.damage().isPresent()
        ? undo(job, WRITE_FAILED, probe.damage().get())
        : Mailbox.DONE;
  }

  /**
   * Its guest may have been stopped because what it overwrites could not be kept: it is let go on,
   * at the cost of the export.
   */
  CompletionStage<?> stopped(Lifecycle.Active active) {
    if (ledger.status().reason() != StateReason.IOERROR
        || PullSteps.sparesGuest(active.machine().qmp())) {
      return Mailbox.DONE;
    }
    CompletionStage<?> done = Mailbox.DONE;
    for (KeptJob job : running()) {
      JobId id = job.job().id();
      done =
          done.thenCompose(
              before ->
                  end(
                      id,
                      WRITE_FAILED,
                      "the guest was stopped by an error of its disk, most likely because what it"
                          + " overwrites could not be kept"));
    }
    return done;
  }

  /** Also when QEMU does not answer, or a disk is read that long, for each has its lifetime. */
  private void lookLater() {
    if (lookingLater) {
      return;
    }
    lookingLater = true;
    Duration pause =
        serving().stream()
            .flatMap(job -> PullRow.until(job).stream())
            .map(until -> Duration.between(host.now(), until))
            .filter(left -> left.compareTo(LOOK_AGAIN) < 0)
            .min(Comparator.naturalOrder())
            .orElse(LOOK_AGAIN);
    host.timers().after(pause, () -> mailbox.event(this::lookAgain));
  }

  private CompletionStage<?> lookAgain() {
    lookingLater = false;
    CompletionStage<?> done = Mailbox.DONE;
    for (KeptJob job : serving()) {
      done = done.thenCompose(before -> lookAgain(job));
    }
    return done.thenRun(
        () -> {
          if (!serving().isEmpty()) {
            lookLater();
          }
        });
  }

  private CompletionStage<?> lookAgain(KeptJob job) {
    boolean isOverdue = PullRow.until(job).filter(until -> !host.now().isBefore(until)).isPresent();
    return isOverdue
        ? end(job.job().id(), DEADLINE_PASSED, "nobody has ended it in time")
        : takeUp(job);
  }

  /** How the disks of an export are reached. */
  PullBackup served(JobId id) {
    return PullRow.served(requireServing(id));
  }

  private KeptJob requireServing(JobId id) {
    return serving(id)
        .orElseThrow(() -> new InvalidStateException("Job " + id + " serves no disks now."));
  }

  private Optional<KeptJob> serving(JobId id) {
    return serving().stream().filter(job -> job.job().id().equals(id)).findFirst();
  }

  private List<KeptJob> serving() {
    return running().stream().filter(job -> phase(job).equals(SERVING)).toList();
  }

  // ---- its ends

  /** Its user is done: once it is certain that what was read is right, its marks stay. */
  CompletionStage<?> finish(JobId id, CompletableFuture<Job> answer) {
    KeptJob job = requireServing(id);
    if (aside.isBusy(id)) { // it is just being looked at
      host.timers().after(Duration.ofMillis(50), () -> again(job, answer));
      return Mailbox.DONE;
    }
    ExportProbe probe = probe(job);
    aside.run(
        job,
        probe::run,
        (now, unknown) -> {
          if (probe.damage().isPresent() || !phase(now).equals(SERVING)) {
            return probed(now, probe)
                .thenRun(() -> answer.complete(ledger.jobs().find(id).orElse(now).job()));
          }
          if (unknown.isPresent()) {
            answer.completeExceptionally(unknown.get());
            return Mailbox.DONE;
          }
          KeptJob closing = in(CLOSING, now);
          return record(closing)
              .thenRun(() -> answer.complete(closing.job()))
              .thenCompose(recorded -> takeUp(closing));
        });
    return Mailbox.DONE;
  }

  private void again(KeptJob job, CompletableFuture<Job> answer) {
    JobId id = job.job().id();
    boolean posted =
        mailbox.event(
            () -> {
              if (serving(id).isEmpty()) { // the look has ended it
                answer.complete(ledger.jobs().find(id).orElse(job).job());
                return Mailbox.DONE;
              }
              return finish(id, answer);
            });
    if (!posted) {
      answer.completeExceptionally(new InvalidStateException("The host is being closed."));
    }
  }

  private CompletionStage<?> end(JobId id, String code, String why) {
    return running().stream()
        .filter(job -> job.job().id().equals(id))
        .filter(job -> !Set.of(CLOSING, UNDOING).contains(phase(job)))
        .findFirst()
        .<CompletionStage<?>>map(job -> undo(job, code, why))
        .orElse(Mailbox.DONE);
  }

  private CompletionStage<?> undo(KeptJob job, String code, String why) {
    KeptJob undoing = PullRow.undoing(job, code, why);
    return record(undoing).thenCompose(recorded -> takeUp(undoing));
  }

  private CompletionStage<?> closed(KeptJob job, Optional<BerthException> failure) {
    return failure.isEmpty()
        ? ended(job, JobState.SUCCEEDED, COMPLETE, "")
        : tryAgain(job, failure.get());
  }

  private CompletionStage<?> undone(KeptJob job, Optional<BerthException> failure) {
    if (failure.isPresent()) {
      return tryAgain(job, failure.get());
    }
    String code = PullRow.end(job);
    JobState state = code.equals(CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    return ended(job, state, code, job.job().status().detail());
  }

  /** What could not be freed is tried again until it can, or until the machine ends. */
  private CompletionStage<?> tryAgain(KeptJob job, BerthException failure) {
    LOG.warn(
        "Domain '{}': job {} cannot be ended yet: {}",
        ledger.name(),
        job.job().id(),
        failure.getMessage());
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  private CompletionStage<?> ended(KeptJob job, JobState state, String code, String detail) {
    backups.marksChange();
    Job.Status status =
        new Job.Status(state, code, Optional.empty(), detail, Optional.of(host.now()));
    return keeper.record(JobSteps.ended(Step.by(job.job().origin().actor()), job.with(status)));
  }

  // ---- found again

  @Override
  public void resume(Lifecycle.Active active) {
    running().forEach(this::takeUp);
    stopped(active);
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
    if (isOfNoMachine(job)) {
      return withoutMachine(job);
    }
    if (keeper.lifecycle() instanceof Lifecycle.Active active
        && job.fact(KeptJob.INCARNATION).equals(active.machine().launch().incarnation())
        && !active.machine().qmp().disconnected().isDone()) { // else its next adoption takes it up
      takeUp(active, job);
    }
    return Mailbox.DONE;
  }

  private void takeUp(Lifecycle.Active active, KeptJob job) {
    PullSteps steps = steps(active, job);
    boolean isNeeded = isServerNeededBesides(active, job);
    switch (phase(job)) {
      case PREPARING -> find(active, job);
      case CLOSING -> aside.run(job, () -> steps.release(isNeeded), this::closed);
      case UNDOING -> aside.run(job, () -> steps.undo(isNeeded), this::undone);
      default -> look(active);
    }
  }

  /** Its socket has gone with the machine; what its guest wrote since stays noted. */
  private CompletionStage<?> withoutMachine(KeptJob job) {
    if (phase(job).equals(CLOSING)) {
      aside.run(job, () -> host.backupFiles().discard(PullRow.scratch(job)), this::closed);
      return Mailbox.DONE;
    }
    if (!phase(job).equals(UNDOING)) {
      return undo(job, MACHINE_ENDED, "the machine has ended meanwhile");
    }
    aside.run(job, () -> host.backupFiles().discard(PullRow.scratch(job)), this::undone);
    return Mailbox.DONE;
  }

  /** All its exports are there when it has come so far, for they come last. */
  private void find(Lifecycle.Active active, KeptJob job) {
    active
        .machine()
        .qmp()
        .send(new QueryBlockExports())
        .thenAccept(exports -> mailbox.event(() -> found(active, job, exports)))
        .exceptionally(lost -> null); // its connection is, and the next adoption finds out
  }

  private CompletionStage<?> found(
      Lifecycle.Active active, KeptJob job, List<BlockExportInfo> exports) {
    Set<String> there = exports.stream().map(BlockExportInfo::id).collect(Collectors.toSet());
    if (keeper.lifecycle() != active
        || !ledger.jobs().find(job.job().id()).equals(Optional.of(job))) {
      return Mailbox.DONE;
    }
    return there.containsAll(PullSteps.exports(job.job().id(), plan(job)))
        ? nowServing(job)
        : undo(job, INTERRUPTED, "the host's process ended before QEMU served it");
  }

  @Override
  public CompletionStage<Void> cancel(KeptJob job, String actor) {
    if (phase(job).equals(CLOSING)) {
      throw new InvalidStateException(
          "Cannot cancel job " + job.job().id() + ": its user is done. Wait for it.");
    }
    if (phase(job).equals(UNDOING)) {
      return CompletableFuture.completedFuture(null);
    }
    return undo(job, CANCELLED, "by " + actor).thenApply(done -> null);
  }

  @Override
  public JobPausing pausing(KeptJob job) {
    throw new UnsupportedException(
        "Cannot pause or resume job "
            + job.job().id()
            + ": disks are served as fast as somebody reads them. Let your client wait.");
  }

  // ---- its parts

  private CompletionStage<Void> record(KeptJob job) {
    return keeper.record(Step.by(job.job().origin().actor()).job(job));
  }

  private PullSteps steps(Lifecycle.Active active, KeptJob job) {
    return new PullSteps(
        active.machine(),
        keeper.fdsets(),
        host.backupFiles(),
        PullRow.scratch(job),
        job.job().id(),
        plan(job));
  }

  /** Nor is a server stopped that is not this job's. */
  private boolean isServerNeededBesides(Lifecycle.Active active, KeptJob job) {
    return job.fact(NbdServer.SOCKET).isEmpty()
        || NbdServer.isNeededBesides(
            job.job().id(), ledger.jobs().running(), active.machine().launch());
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.PULL_BACKUP)
        .toList();
  }

  private boolean isOfNoMachine(KeptJob job) {
    return !ledger
        .launch()
        .map(launch -> launch.incarnation())
        .equals(Optional.of(job.fact(KeptJob.INCARNATION)));
  }
}
