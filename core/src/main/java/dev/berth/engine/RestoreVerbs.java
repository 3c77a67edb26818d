package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.engine.backup.RestorePlan;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.HostFailureException;
import dev.berth.host.BackupRestoreRequest;
import dev.berth.host.JobOptions;
import dev.berth.host.RestoreTarget.ImagesOf;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The verb that begins a restore onto a domain's images: what would make it fail is found out
 * before anything is on record. {@link BackupJobs} does the rest. Runs in the driver's turns.
 */
final class RestoreVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final BackupJobs jobs;
  private final Requests requests;

  RestoreVerbs(HostServices host, Ledger ledger, BackupJobs jobs, Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.jobs = jobs;
    this.requests = requests;
  }

  /**
   * One call.
   *
   * @param planning decides by what is so at the time
   */
  record Call(
      BackupRestoreRequest request,
      ImagesOf target,
      JobOptions options,
      String actor,
      Supplier<RestorePlanning> planning,
      CompletableFuture<Job> answer) {}

  /** Begins a restore. */
  CompletionStage<?> restore(Call call) {
    if (isAnswered(call)) {
      return Mailbox.DONE;
    }
    requests.admit(Verb.RESTORE_BACKUP, call.request().name().text());
    DomainDefinition definition = definition();
    CompletableFuture.supplyAsync(
            () ->
                call.planning()
                    .get()
                    .onto(call.request(), call.target(), ledger.uuid(), found(call, definition)),
            host.looks())
        .whenComplete(
            (plan, failure) ->
                requests.post(
                    call.answer(),
                    () ->
                        failure == null
                            ? begin(call, plan, definition)
                            : refused(call.answer(), failure)));
    return Mailbox.DONE;
  }

  private DomainDefinition definition() {
    return ledger
        .readable()
        .orElseThrow(
            () ->
                new HostFailureException(
                    "Cannot restore a backup to domain '"
                        + ledger.name()
                        + "': its definition cannot be read. Define it again."));
  }

  private DomainDefinition found(Call call, DomainDefinition definition) {
    Set<String> wanted = call.target().disks();
    return host.namedImages()
        .found(definition, disk -> wanted.isEmpty() || wanted.contains(disk.name()));
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    answer.completeExceptionally(Answers.cause(failure));
    return Mailbox.DONE;
  }

  private boolean isAnswered(Call call) {
    Optional<Job> same =
        ledger
            .jobs()
            .same(
                call.options(),
                JobKind.RESTORE_BACKUP,
                call.request().name().text(),
                Map.of(BackupJobRow.REQUEST, call.request().toString()));
    same.ifPresent(call.answer()::complete);
    return same.isPresent();
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(Call call, RestorePlan plan, DomainDefinition definition) {
    if (isAnswered(call)) {
      return Mailbox.DONE;
    }
    if (!definition().equals(definition)) {
      return restore(call); // the plan is not true any more
    }
    requests.admit(Verb.RESTORE_BACKUP, call.request().name().text());
    KeptJob job =
        BackupJobRow.restore(
            new Job.Target(
                JobKind.RESTORE_BACKUP, ledger.uuid(), ledger.name(), call.request().name().text()),
            call.request(),
            plan,
            new Job.Origin(call.actor(), call.options().key(), host.now()));
    return ledger
        .request(JobSteps.began(Step.by(call.actor()), job))
        .thenRun(
            () -> {
              call.answer().complete(job.job());
              jobs.begin(job, () -> call.planning().get().requireAsPlanned(plan, ledger.uuid()));
            });
  }
}
