package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.engine.BackupUses.Target;
import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.backup.BackupPlan.OfDisk;
import dev.berth.engine.step.JobOwner;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget.NewFiles;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import dev.berth.machine.HeldResources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The complete backups that a host can get at: each is restored to new images, verified or deleted
 * by a job of the host. Thread-safe. What storage may hold up is done by threads for backups.
 */
final class CompleteBackups implements JobOwner {
  private final HostServices host;
  private final Domains domains;
  private final ImageLedger ledger;
  private final Supplier<ImageUsers> users;
  private final BackupJobs jobs;

  /**
   * Those of a host.
   *
   * @param ledger of the host's jobs
   * @param users who uses images, at the time
   */
  CompleteBackups(
      HostServices host, Domains domains, ImageLedger ledger, Supplier<ImageUsers> users) {
    this.host = host;
    this.domains = domains;
    this.ledger = ledger;
    this.users = users;
    this.jobs = new BackupJobs(host, new HostJobBook(host, ledger), this::unused);
  }

  /** Takes up what an earlier host has left. Returns at once. */
  void open() {
    ledger.mailbox().event(jobs::settleWithoutMachine);
  }

  /** Ends what is under way, which then is on record as interrupted. */
  void interrupt() {
    jobs.interrupt();
    domains.all().forEach(DomainDriver::interruptRestores);
  }

  /** The complete backups in a directory, the oldest first. */
  CompletableFuture<List<Backup>> list(Path directory) {
    return aside(() -> host.backupFiles().list(directory));
  }

  /** What decides about restores, by what is so at the time. */
  RestorePlanning planning() {
    return new RestorePlanning(host.backupFiles(), host.images(), users.get());
  }

  /** What a call gives for a backup to be written to. */
  GivenTargets targets(HeldResources held) {
    return GivenTargets.of(held, host.launcher(), users);
  }

  // ---- beginning

  /** Restores a backup to new images. */
  CompletableFuture<Job> restore(
      BackupRestoreRequest request, NewFiles target, JobOptions options, String actor) {
    return once(JobKind.RESTORE_BACKUP, request.name(), request.toString(), options)
        .thenCompose(
            same ->
                same.isPresent()
                    ? CompletableFuture.completedFuture(same.get())
                    : aside(() -> planning().toNew(request, target))
                        .thenCompose(
                            plan ->
                                begin(
                                    origin ->
                                        BackupJobRow.restore(
                                            Job.Target.ofHost(
                                                JobKind.RESTORE_BACKUP, request.name().text()),
                                            request,
                                            plan,
                                            origin),
                                    options,
                                    actor)));
  }

  /** Reads back a backup, or deletes it. */
  CompletableFuture<Job> begin(
      JobKind kind, Path directory, BackupName name, JobOptions options, String actor) {
    return aside(() -> RestorePlanning.real(directory))
        .thenCompose(
            real ->
                once(kind, name, real.toString(), options)
                    .thenCompose(
                        same ->
                            same.isPresent()
                                ? CompletableFuture.completedFuture(same.get())
                                : aside(() -> looked(kind, real, name))
                                    .thenCompose(
                                        target ->
                                            begin(
                                                origin ->
                                                    BackupJobRow.about(
                                                        kind, real, name, target, origin),
                                                options,
                                                actor))));
  }

  private Target looked(JobKind kind, Path directory, BackupName name) {
    if (kind == JobKind.DELETE_BACKUP) {
      Target target = new BackupUses(host, directory, name).target();
      requireUnused(directory, name);
      return target;
    }
    Backup backup = RestorePlanning.find(host.backupFiles().list(directory), directory, name);
    if (backup.disks().stream().noneMatch(BackedUpDisk::isInFolder)) {
      throw new InvalidStateException(
          "Cannot verify backup '"
              + name
              + "': all of it was written to files that were given. Compare them with the checksums"
              + " of 'vmctl backup show'.");
    }
    return new Target(backup.origin().job(), Optional.empty());
  }

  private CompletableFuture<Optional<Job>> once(
      JobKind kind, BackupName name, String wish, JobOptions options) {
    return ledger.turn(
        turn -> CompletableFuture.completedFuture(same(turn, kind, name.text(), wish, options)));
  }

  private static Optional<Job> same(
      ImageLedger turn, JobKind kind, String name, String wish, JobOptions options) {
    return turn.jobs().same(options, kind, name, Map.of(BackupJobRow.REQUEST, wish));
  }

  private CompletableFuture<Job> begin(
      Function<Job.Origin, KeptJob> row, JobOptions options, String actor) {
    return ledger.turn(
        turn -> {
          KeptJob job = row.apply(new Job.Origin(actor, options.key(), host.now()));
          Job.Target target = job.job().target();
          Optional<Job> same =
              same(turn, target.kind(), target.subject(), job.fact(BackupJobRow.REQUEST), options);
          if (same.isPresent()) {
            return CompletableFuture.completedFuture(same.get());
          }
          requireFree(job, turn.jobs().running());
          return turn.record(Entry.by(actor).began(job))
              .thenApply(
                  done -> {
                    jobs.begin(job, checked(job));
                    return job.job();
                  });
        });
  }

  private Runnable checked(KeptJob job) {
    return BackupJobRow.kind(job) == JobKind.DELETE_BACKUP ? unused(job) : () -> {};
  }

  private Runnable unused(KeptJob job) {
    return () -> requireUnused(BackupJobRow.directory(job), BackupJobRow.backup(job));
  }

  /** What deletes a backup, and what reads it, are in each other's way. */
  private void requireFree(KeptJob wanted, List<KeptJob> running) {
    for (KeptJob job : running) {
      boolean deletes =
          BackupJobRow.kind(job) == JobKind.DELETE_BACKUP
              || BackupJobRow.kind(wanted) == JobKind.DELETE_BACKUP;
      if (deletes
          && BackupJobRow.isAbout(
              job, BackupJobRow.directory(wanted), BackupJobRow.backup(wanted))) {
        throw inTheWay(wanted, job.job());
      }
    }
  }

  private static BusyException inTheWay(KeptJob wanted, Job job) {
    return new BusyException(
        "Backup '"
            + BackupJobRow.backup(wanted)
            + "' is in use by job "
            + job.id()
            + " ("
            + job.target().kind().text()
            + ", by "
            + job.origin().actor()
            + "). Wait for it ('vmctl job wait "
            + job.id()
            + "'), or cancel it.",
        job.id().text());
  }

  // ---- deleting

  /** Deletes a backup, and returns when it is gone. */
  CompletableFuture<Void> delete(Path directory, BackupName name, String actor) {
    return begin(JobKind.DELETE_BACKUP, directory, name, JobOptions.none(), actor)
        .thenCompose(this::await)
        .thenAccept(
            ended -> {
              if (ended.status().state() != JobState.SUCCEEDED) {
                throw new HostFailureException(
                    "Backup '" + name + "' was not deleted: " + ended.status().detail());
              }
            });
  }

  /**
   * Sees whether nothing needs a backup.
   *
   * @throws InvalidStateException when others stand on it, or are about to
   * @throws BusyException when a domain is being restored from it
   */
  private void requireUnused(Path directory, BackupName name) {
    requireNoJob(directory, name);
    // after the jobs: what one has made meanwhile has its name before the job is over
    new BackupUses(host, directory, name).requireUnused();
  }

  private void requireNoJob(Path directory, BackupName name) {
    for (DomainDriver domain : domains.all()) {
      for (KeptJob job : domain.jobsUnderWay()) {
        if (BackupJobRow.isAbout(job, directory, name) || standsOn(job, directory, name)) {
          throw new BusyException(
              "Cannot delete backup '"
                  + name
                  + "': job "
                  + job.job().id()
                  + " ("
                  + job.job().target().kind().text()
                  + " of domain '"
                  + domain.snapshot().name()
                  + "') needs it. Wait for it ('vmctl job wait "
                  + job.job().id()
                  + "'), or cancel it.",
              job.job().id().text());
        }
      }
    }
  }

  private static boolean standsOn(KeptJob job, Path directory, BackupName name) {
    if (job.job().target().kind() != JobKind.BACKUP) {
      return false;
    }
    Path to = BackupRow.folder(job).resolveSibling("");
    return RestorePlanning.real(to).equals(directory)
        && BackupRow.plan(job).disks().stream()
            .map(OfDisk::basis)
            .flatMap(Optional::stream)
            .anyMatch(basis -> basis.backup().equals(name));
  }

  // ---- what is asked about jobs

  @Override
  public CompletableFuture<Job> await(Job job) {
    return ledger.jobs().await(job);
  }

  @Override
  public CompletableFuture<Job> cancelJob(JobId id, String actor) {
    return ledger.turn(
        turn -> {
          KeptJob job = find(turn, id);
          return job.isRunning()
              ? jobs.cancel(job, actor).thenApply(done -> find(turn, id).job())
              : CompletableFuture.completedFuture(job.job());
        });
  }

  @Override
  public CompletableFuture<Job> pauseJob(JobId id, String actor) {
    return held(id);
  }

  @Override
  public CompletableFuture<Job> resumeJob(JobId id, String actor) {
    return held(id);
  }

  private CompletableFuture<Job> held(JobId id) {
    return ledger.turn(
        turn -> {
          KeptJob job = find(turn, id);
          if (job.isRunning()) {
            jobs.pausing(job);
          }
          return CompletableFuture.completedFuture(job.job());
        });
  }

  private static KeptJob find(ImageLedger turn, JobId id) {
    return turn.jobs()
        .find(id)
        .orElseThrow(() -> new NotFoundException("There is no job " + id + " any more."));
  }

  private <T> CompletableFuture<T> aside(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, host.looks());
  }
}
