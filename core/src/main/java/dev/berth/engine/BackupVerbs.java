package dev.berth.engine;

import dev.berth.backup.Backup;
import dev.berth.host.BackupRequest;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.qapi.block.QueryBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The verb that begins a backup: what would make it fail is found out before anything is on record.
 * {@link DomainBackups} does the rest. Runs in the driver's turns.
 */
final class BackupVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;
  private final Requests requests;

  BackupVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Begins a backup. */
  CompletionStage<?> backup(
      BackupRequest request,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(request, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.BACKUP, request.name().text());
    return verbs.onLiveMachine(
        Verb.BACKUP,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.BACKUP, actor, hasDeadline, answer);
          planned(active, request)
              .whenComplete(
                  (planned, failure) ->
                      requests.post(
                          answer,
                          () ->
                              failure == null
                                  ? begin(request, planned, options, actor, answer)
                                  : refused(answer, failure)));
          return Mailbox.DONE;
        });
  }

  private Optional<Job> same(BackupRequest request, JobOptions options) {
    return ledger
        .jobs()
        .same(
            options,
            JobKind.BACKUP,
            request.name().text(),
            Map.of(BackupRow.REQUEST, request.toString()));
  }

  /**
   * A plan and what it is true of.
   *
   * @param job that is to do it
   * @param active the machine that was asked
   * @param changes what {@link DomainBackups#changes} was then
   */
  private record Planned(BackupPlan plan, JobId job, Lifecycle.Active active, long changes) {}

  private CompletableFuture<Planned> planned(Lifecycle.Active active, BackupRequest request) {
    JobId job = JobId.random();
    CompletableFuture<List<Backup>> known =
        CompletableFuture.supplyAsync(
            () -> {
              host.backupFiles().check(request.directory(), request.name());
              return host.backupFiles().list(request.directory()).stream()
                  .filter(backup -> backup.origin().domain().equals(ledger.uuid()))
                  .filter(host.backupFiles()::hasImages)
                  .toList();
            },
            host.backups());
    // QEMU is asked last: a directory may take its time, and marks change with each backup.
    return known.thenCompose(
        backups -> {
          long changes = keeper.backups().changes();
          BackupPlanner planner = new BackupPlanner(ledger.name(), request, job, backups);
          return active
              .machine()
              .qmp()
              .send(new QueryBlock())
              .thenApply(
                  devices -> planner.plan(BackupSource.of(ledger.launch().orElseThrow(), devices)))
              .thenApply(plan -> new Planned(plan, job, active, changes));
        });
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    answer.completeExceptionally(MachineKeeper.cause(failure));
    return Mailbox.DONE;
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      BackupRequest request,
      Planned planned,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(request, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() != planned.active() || keeper.backups().changes() != planned.changes()) {
      return backup(request, options, actor, true, answer); // the plan is not true any more
    }
    requests.admit(Verb.BACKUP, request.name().text());
    return verbs.onLiveMachine(
        Verb.BACKUP,
        true,
        active -> {
          KeptJob job =
              BackupRow.of(
                  planned.job(),
                  request,
                  planned.plan(),
                  ledger,
                  new Job.Origin(actor, options.key(), host.now()));
          return ledger
              .request(JobSteps.began(Step.by(actor), job))
              .thenRun(
                  () -> {
                    answer.complete(job.job());
                    keeper.backups().begin(active, job);
                  });
        });
  }
}
