package dev.berth.engine;

import static dev.berth.engine.BackupRow.CANCELLED;
import static dev.berth.engine.BackupRow.CLOSING;
import static dev.berth.engine.BackupRow.COMPLETE;
import static dev.berth.engine.BackupRow.FILE_FAILED;
import static dev.berth.engine.BackupRow.FREEZE_FAILED;
import static dev.berth.engine.BackupRow.FREEZING;
import static dev.berth.engine.BackupRow.INTERRUPTED;
import static dev.berth.engine.BackupRow.MACHINE_ENDED;
import static dev.berth.engine.BackupRow.MARKING;
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

import dev.berth.engine.backup.BackupPlan;
import dev.berth.engine.backup.BackupTargets;
import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Pace;
import dev.berth.engine.step.StandInRow;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
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
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of a domain's disks, each from its row to its description, whether a machine makes it or
 * what stands in for one. Runs in the driver's turns, and holds no thread while QEMU writes; what
 * takes several steps is done by threads for backups, for one backup one thing at a time. {@link
 * BackupQuiescing} brings guests to rest for the moment in which one begins.
 *
 * <pre>
 *                images made,         all jobs of QEMU's     closed     looked at, described
 *   on record ───one transaction────► writing ─────done────► closing ──► sealing ──────► complete
 *  (preparing)                         ▲  │ paused                          └► marking ───┘
 *       └──────────────────────────────┴──┴── it failed, or is not wanted ──► undoing ──► failed
 * </pre>
 *
 * <p>What stands in has the disks' images open for reading, so that nothing but files is taken back
 * when it fails. The marks are put into the images when the backup has its name: no guest runs
 * until then, and a mark that cannot be put costs the next backup its size and not this one its
 * life.
 */
final class DomainBackups implements MachineJobWork, BackupQuiescing.Course, BackupRemains.Course {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(DomainBackups.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final BackupMachines machines;
  private final Map<JobId, Pace> paces = new HashMap<>();
  private final BackupTargets targets = new BackupTargets();
  private final JobAside aside;
  private final BackupQuiescing quiescing;
  private final BackupRemains remains;
  private final Map<JobId, BackupSealing> sealings = new HashMap<>();
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
    this.machines =
        new BackupMachines(
            ledger,
            keeper,
            new StandIns(
                host, mailbox, keeper.recorder(), BackupRow::marked, this::takeUp, this::look));
    this.remains = new BackupRemains(host, mailbox, ledger, machines, aside, this);
  }

  /** Counts what has changed marks in images, or may have. Any thread. */
  long changes() {
    return changes;
  }

  /** Marks in images change, or may have. */
  void marksChange() {
    changes++;
  }

  /** What callers have given for backups that go on. */
  BackupTargets targets() {
    return targets;
  }

  // ---- beginning

  /** Begins a backup that is on record. */
  void begin(KeptJob job) {
    changes++;
    machines.claim(job);
    Optional<Machine> present = machines.of(job);
    if (BackupRow.quiesce(job) != Quiesce.NONE
        && present.isPresent()
        && keeper.lifecycle() instanceof Lifecycle.Active active) {
      quiescing.begin(active, job, steps(present.get(), job));
      return;
    }
    aside.run(
        job,
        () -> {
          BackupSteps steps = steps(machines.begin(job, present), job);
          steps.prepare();
          steps.begin(Deadline.none());
        },
        this::begun);
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
    return failure instanceof QemuRefusedException
            || failure.getCause() instanceof QemuRefusedException
        ? REFUSED_BY_QEMU
        : FILE_FAILED;
  }

  private CompletionStage<?> nowWriting(KeptJob job) {
    KeptJob writing = in(WRITING, job);
    return record(writing).thenCompose(recorded -> followed(writing));
  }

  private CompletionStage<?> followed(KeptJob job) {
    if (machines.isGone(job)) { // it has ended while this was begun
      return takeUp(job);
    }
    return look();
  }

  // ---- going on

  /** Asks how far the backups are, now and as long as there is one. */
  CompletionStage<?> look() {
    Optional<Machine> machine =
        inPhase(WRITING, PAUSED).stream().map(machines::of).flatMap(Optional::stream).findFirst();
    if (!looking && machine.isPresent()) {
      looking = true;
      machine
          .get()
          .qmp()
          .send(new QueryJobs())
          .whenComplete((jobs, failure) -> mailbox.event(() -> seen(machine.get(), jobs)));
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> seen(Machine machine, @Nullable List<JobInfo> jobs) {
    looking = false;
    if (jobs == null) {
      return Mailbox.DONE; // its connection is lost, and what takes it up again finds out
    }
    CompletionStage<?> done = Mailbox.DONE;
    for (KeptJob job : inPhase(WRITING, PAUSED)) {
      if (machines.of(job).equals(Optional.of(machine))) {
        done = done.thenCompose(before -> seen(job, jobs));
      }
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
                      return look();
                    }));
  }

  // ---- its ends

  private CompletionStage<?> closed(KeptJob job, Optional<BerthException> failure) {
    if (phase(job).equals(UNDOING)) {
      return takeUp(job); // it is not wanted any more
    }
    if (failure.isPresent()) {
      boolean isQemus = failure.get() instanceof QemuRefusedException;
      return undo(job, isQemus ? WRITE_FAILED : FILE_FAILED, failure.get());
    }
    KeptJob sealing = BackupRow.sealing(job, host.boot());
    return record(sealing)
        .thenRun(() -> seal(sealing, BackupSealing.first(host, ledger, sealing, targets)));
  }

  private void seal(KeptJob job, BackupSealing sealing) {
    if (!aside.isBusy(job.job().id())) {
      sealings.put(job.job().id(), sealing);
      aside.run(
          job,
          () -> {
            machines.end(job);
            sealing.run();
          },
          (now, failure) -> sealed(now, sealing, failure));
    }
  }

  private CompletionStage<?> sealed(
      KeptJob known, BackupSealing sealing, Optional<BerthException> failure) {
    sealings.remove(known.job().id());
    if (phase(known).equals(UNDOING)) {
      return takeUp(known); // it is not wanted any more
    }
    if (failure.isPresent()) {
      return undo(known, sealing.code(), failure.get());
    }
    KeptJob job = BackupRow.unread(known, sealing.unread());
    Step step = sealing.recorded(step(job));
    if (!StandInRow.does(job)) { // then QEMU has put the marks
      return end(step, job, JobState.SUCCEEDED, COMPLETE, BackupWords.reasons(job));
    }
    return keeper.record(step.job(in(MARKING, job))).thenCompose(recorded -> takeUp(job));
  }

  /** The backup is there. What is written from the next start on is to be noted. */
  private void mark(KeptJob job) {
    MarksAtRest marks = new MarksAtRest(host.images(), job, plan(job));
    aside.run(job, marks::put, (now, failure) -> marked(now, marks, failure));
  }

  private CompletionStage<?> marked(
      KeptJob job, MarksAtRest marks, Optional<BerthException> failure) {
    String detail =
        Stream.of(
                Stream.of(BackupWords.reasons(job)),
                marks.failures().stream(),
                failure.map(BerthException::getMessage).stream())
            .flatMap(each -> each)
            .filter(each -> !each.isEmpty())
            .collect(Collectors.joining("; "));
    return end(step(job), job, JobState.SUCCEEDED, COMPLETE, detail);
  }

  private CompletionStage<?> undo(KeptJob job, String code, BerthException why) {
    return undo(job, code, String.valueOf(why.getMessage()));
  }

  @Override
  public CompletionStage<?> undo(KeptJob job, String code, String why) {
    KeptJob undoing = BackupRow.undoing(job, code, why);
    return record(undoing)
        .thenCompose(
            recorded -> {
              machines.giveUp(undoing);
              return takeUp(undoing);
            });
  }

  /** What could not be taken back is tried again until it can, or until the machine ends. */
  private CompletionStage<?> undone(KeptJob job, Optional<BerthException> failure) {
    if (failure.isEmpty()) {
      String why = BackupWords.failure(job, job.job().status().detail());
      return ended(job, BackupRow.end(job), why);
    }
    LOG.warn(
        "Domain '{}': job {} cannot be taken back yet: {}",
        ledger.name(),
        job.job().id(),
        failure.get().getMessage());
    host.timers().after(TRY_AGAIN, () -> mailbox.event(() -> takeUp(job)));
    return Mailbox.DONE;
  }

  @Override
  public CompletionStage<?> ended(KeptJob job, String code, String detail) {
    JobState state = code.equals(CANCELLED) ? JobState.CANCELLED : JobState.FAILED;
    return end(step(job), job, state, code, detail);
  }

  private CompletionStage<?> end(
      Step step, KeptJob job, JobState state, String code, String detail) {
    paces.remove(job.job().id());
    sealings.remove(job.job().id());
    machines.forget(job);
    targets.release(job.job().id());
    changes++;
    Job.Status status =
        new Job.Status(state, code, BackupRow.progress(job), detail, Optional.of(host.now()));
    return keeper.record(JobSteps.ended(step, job.with(status)));
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
    if (present.isEmpty() || isBusy(present.get())) {
      return Mailbox.DONE;
    }
    KeptJob job = present.get();
    machines.claim(job);
    boolean gone = machines.isGone(job);
    if (phase(job).equals(SEALING)) {
      seal(job, BackupSealing.again(host, ledger, job, targets));
    } else if (phase(job).equals(MARKING)) {
      mark(job);
    } else if (phase(job).equals(UNDOING) && (gone || StandInRow.does(job))) {
      remains.remove(job);
    } else {
      return gone ? lost(job) : takeUpUnfinished(job);
    }
    return Mailbox.DONE;
  }

  /** Storage that holds up the sealing of one that is not wanted does not keep its stand-in. */
  private boolean isBusy(KeptJob job) {
    JobId id = job.job().id();
    if (aside.isBusy(id) && phase(job).equals(UNDOING) && sealings.containsKey(id)) {
      remains.remove(job);
    }
    return aside.isBusy(id);
  }

  private CompletionStage<?> takeUpUnfinished(KeptJob job) {
    Optional<Machine> machine = machines.of(job);
    if (machine.isPresent()) {
      return takeUp(machine.get(), job);
    }
    machines.find(job);
    return Mailbox.DONE;
  }

  private CompletionStage<?> lost(KeptJob job) {
    return StandInRow.does(job) && phase(job).equals(PREPARING)
        ? undo(
            job, INTERRUPTED, "its QEMU or the host's process ended before it had begun to write")
        : undo(job, MACHINE_ENDED, "the machine has ended before all was written");
  }

  private CompletionStage<?> takeUp(Machine machine, KeptJob job) {
    if (BackupRow.isFrozen(job) && keeper.lifecycle() instanceof Lifecycle.Active active) {
      return quiescing.thaw(active, job);
    }
    switch (phase(job)) {
      case PREPARING, FREEZING -> find(machine, job);
      case CLOSING -> aside.run(job, steps(machine, job)::release, this::closed);
      case UNDOING -> aside.run(job, steps(machine, job)::undo, this::undone);
      case PAUSED -> {
        BackupPausing.tell(machine, job, true);
        look();
      }
      default -> {
        BackupPausing.tell(machine, job, false);
        look();
      }
    }
    return Mailbox.DONE;
  }

  /** All its jobs are there when the transaction has happened, for QEMU keeps them. */
  private void find(Machine machine, KeptJob job) {
    machine
        .qmp()
        .send(new QueryJobs())
        .thenAccept(jobs -> mailbox.event(() -> found(machine, job, jobs)))
        .exceptionally(lost -> null); // its connection is, and what takes it up again finds out
  }

  private CompletionStage<?> found(Machine machine, KeptJob job, List<JobInfo> jobs) {
    Set<String> there = new HashSet<>(jobs.stream().map(JobInfo::id).toList());
    if (!machines.of(job).equals(Optional.of(machine))
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
    if (phase(job).equals(MARKING)
        || (Set.of(CLOSING, SEALING).contains(phase(job)) && !StandInRow.does(job))) {
      throw new InvalidStateException(
          "Cannot cancel job " + job.job().id() + ": all is written. Wait for it.");
    }
    if (phase(job).equals(UNDOING)) {
      return CompletableFuture.completedFuture(null);
    }
    Optional<BackupSealing> sealing = Optional.ofNullable(sealings.get(job.job().id()));
    return undo(job, CANCELLED, "by " + actor)
        .thenAccept(done -> sealing.ifPresent(BackupSealing::end));
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
    return new BackupPausing(keeper, machines);
  }

  // ---- its parts

  /** Freezes no guest from now on; completes when none is kept frozen. */
  CompletableFuture<Void> cease() {
    return quiescing.cease();
  }

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
    return keeper.record(step(job).job(job));
  }

  private static Step step(KeptJob job) {
    return Step.by(job.job().origin().actor());
  }

  /** Lets go of what stands in for the machine, which goes on: the host is being closed. */
  @Override
  public void letGo() {
    machines.letGo();
  }

  private BackupSteps steps(Machine machine, KeptJob job) {
    BackupPlan plan = StandInRow.does(job) ? plan(job).withoutMarks() : plan(job);
    return new BackupSteps(
        machine, keeper.fdsets(), host.backupFiles(), partial(job), job.job().id(), plan, targets);
  }

  private List<KeptJob> running() {
    return ledger.jobs().running().stream()
        .filter(job -> job.job().target().kind() == JobKind.BACKUP)
        .toList();
  }

  private List<KeptJob> inPhase(String... phases) {
    return running().stream().filter(job -> List.of(phases).contains(phase(job))).toList();
  }
}
