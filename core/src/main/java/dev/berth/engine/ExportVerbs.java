package dev.berth.engine;

import dev.berth.backup.BackupName;
import dev.berth.backup.DiskExtents;
import dev.berth.backup.PullBackup;
import dev.berth.backup.PullBackup.ExportedDisk;
import dev.berth.engine.backup.BackupSource;
import dev.berth.engine.backup.PullPlan;
import dev.berth.engine.backup.PullPlanner;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.ExportRequest;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.qapi.block.QueryBlock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * The verbs about exports of disks: what would make one fail is found out before anything is on
 * record. {@link DomainExports} does the rest. Thread-safe: all is done in the driver's turns.
 */
final class ExportVerbs {
  /** Their threads are those of all domains' backups, which are not to wait for one's disks. */
  private static final int MOST_EXTENTS_CALLS = 2;

  private final Semaphore extentsCalls = new Semaphore(MOST_EXTENTS_CALLS);
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final DomainBackups backups;
  private final DomainExports exports;
  private final MachineVerbs verbs;
  private final Requests requests;

  ExportVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      DomainBackups backups,
      DomainExports exports,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.backups = backups;
    this.exports = exports;
    this.verbs = verbs;
    this.requests = requests;
  }

  // ---- those that serve

  /** How the disks of an export are reached. */
  CompletableFuture<PullBackup> served(JobId job) {
    CompletableFuture<PullBackup> answer = new CompletableFuture<>();
    requests.post(
        answer,
        () -> {
          answer.complete(exports.served(job));
          return Mailbox.DONE;
        });
    return answer;
  }

  /** What there is of a disk that is served, from there on. */
  CompletableFuture<DiskExtents> extents(PullBackup served, ExportedDisk disk, long from) {
    if (!extentsCalls.tryAcquire()) {
      throw new BusyException(
          "Cannot tell what there is of disk '"
              + disk.disk()
              + "' of domain '"
              + ledger.name()
              + "': it is being told of its disks for "
              + MOST_EXTENTS_CALLS
              + " other calls. Ask again when one of them has its answer.");
    }
    try {
      return CompletableFuture.supplyAsync(
              () -> host.servedDisks().extents(served, disk, from), host.backups())
          .whenComplete((extents, failure) -> extentsCalls.release());
    } catch (RejectedExecutionException closed) {
      extentsCalls.release();
      throw new InvalidStateException("The host is being closed.", closed);
    }
  }

  /** Ends an export whose user is done. */
  CompletableFuture<Job> finish(JobId job) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    requests.post(answer, () -> finish(job, answer));
    return answer;
  }

  private CompletionStage<?> finish(JobId id, CompletableFuture<Job> answer) {
    KeptJob job =
        ledger
            .jobs()
            .find(id)
            .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
    if (!job.isRunning()
        || PullRow.phase(job).equals(PullRow.CLOSING)
        || PullRow.phase(job).equals(PullRow.UNDOING)) {
      answer.complete(job.job());
      return Mailbox.DONE;
    }
    return exports.finish(id, answer);
  }

  // ---- one that begins

  /** Begins an export. */
  CompletableFuture<Job> begin(
      ExportRequest request, JobOptions options, String actor, boolean hasDeadline) {
    CompletableFuture<Job> answer = new CompletableFuture<>();
    Asked asked = new Asked(request, options, actor, hasDeadline, answer);
    requests.post(answer, () -> plan(asked));
    return answer;
  }

  /** A call. */
  private record Asked(
      ExportRequest request,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {}

  /**
   * A plan and what it is true of.
   *
   * @param job that is to do it
   * @param active the machine that was asked
   * @param changes what {@link DomainBackups#changes} was then
   */
  private record Planned(PullPlan plan, JobId job, Lifecycle.Active active, long changes) {}

  private CompletionStage<?> plan(Asked asked) {
    if (isAnswered(asked)) {
      return Mailbox.DONE;
    }
    requests.admit(Verb.BACKUP, "");
    requireMachine();
    return verbs.onLiveMachine(
        Verb.BACKUP,
        asked.hasDeadline(),
        active -> {
          verbs.watch(active, Verb.BACKUP, asked.actor(), asked.hasDeadline(), asked.answer());
          planned(active, asked.request())
              .whenComplete(
                  (planned, failure) ->
                      requests.post(
                          asked.answer(),
                          () -> {
                            if (failure != null) {
                              Answers.fail(asked.answer(), failure);
                              return Mailbox.DONE;
                            }
                            return begin(asked, planned);
                          }));
          return Mailbox.DONE;
        });
  }

  /**
   * A domain is backed up without one, but nothing would serve its disks for as long as it takes.
   */
  private void requireMachine() {
    if (keeper.lifecycle() instanceof Lifecycle.Off) {
      throw new InvalidStateException(
          "Cannot export the disks of domain '"
              + ledger.name()
              + "': it has no machine to serve them. Start it first ('vmctl start "
              + ledger.name()
              + " --paused' keeps its guest from running), or back it up to a directory.");
    }
  }

  private boolean isAnswered(Asked asked) {
    Optional<Job> same =
        ledger
            .jobs()
            .same(
                asked.options(),
                JobKind.PULL_BACKUP,
                "",
                Map.of(PullRow.REQUEST, asked.request().toString()));
    same.ifPresent(asked.answer()::complete);
    return same.isPresent();
  }

  private CompletableFuture<Planned> planned(Lifecycle.Active active, ExportRequest request) {
    JobId job = JobId.random();
    long changes = backups.changes();
    PullPlanner planner = new PullPlanner(ledger.name(), request, job);
    return CompletableFuture.runAsync(
            () -> host.backupFiles().check(request.scratch(), new BackupName(PullRow.folder(job))),
            host.looks())
        .thenCompose(checked -> active.machine().qmp().send(new QueryBlock()))
        .thenApply(devices -> planner.plan(BackupSource.of(ledger.launch().orElseThrow(), devices)))
        .thenApply(plan -> new Planned(plan, job, active, changes));
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(Asked asked, Planned planned) {
    if (isAnswered(asked)) {
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() != planned.active() || backups.changes() != planned.changes()) {
      return plan(asked); // the plan is not true any more
    }
    requests.admit(Verb.BACKUP, "");
    return verbs.onLiveMachine(
        Verb.BACKUP,
        true,
        active -> {
          KeptJob job =
              PullRow.of(
                  planned.job(),
                  asked.request(),
                  planned.plan(),
                  ledger,
                  new Job.Origin(asked.actor(), asked.options().key(), host.now()));
          return ledger
              .request(JobSteps.began(Step.by(asked.actor()), job))
              .thenRun(
                  () -> {
                    asked.answer().complete(job.job());
                    exports.begin(active, job);
                  });
        });
  }
}
