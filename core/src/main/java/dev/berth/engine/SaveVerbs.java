package dev.berth.engine;

import dev.berth.engine.save.SaveTarget;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.qapi.machine.MemoryInfo;
import dev.berth.qapi.machine.QueryMemorySizeSummary;
import dev.berth.qapi.migration.QueryMigrate;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.QmpConnection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The verb that begins a save: what would make it fail is found out before anything is on record.
 * {@link SaveJobs} does the rest. Runs in the driver's turns.
 */
final class SaveVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final SaveJobs saves;
  private final MachineVerbs verbs;
  private final Requests requests;

  SaveVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      SaveJobs saves,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.saves = saves;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Begins a save. */
  CompletionStage<?> save(
      SaveTarget target,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(target, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(Verb.SAVE, target.file().toString());
    return verbs.onLiveMachine(
        Verb.SAVE,
        hasDeadline,
        active -> {
          verbs.watch(active, Verb.SAVE, actor, hasDeadline, answer);
          possible(active, target)
              .whenComplete(
                  (fine, failure) ->
                      requests.post(
                          answer,
                          () ->
                              failure == null
                                  ? begin(active, target, options, actor, answer)
                                  : refused(answer, failure)));
          return Mailbox.DONE;
        });
  }

  /** The job that the same call has begun before, if it has. */
  private Optional<Job> same(SaveTarget target, JobOptions options) {
    return ledger.jobs().same(options, JobKind.SAVE, target.file().toString(), Map.of());
  }

  private CompletableFuture<?> possible(Lifecycle.Active active, SaveTarget target) {
    QmpConnection qmp = active.machine().qmp();
    return keeper
        .managedSaves()
        .tidy()
        .thenCompose(tidied -> qmp.send(new QueryMemorySizeSummary()))
        .thenAcceptAsync(memory -> look(target, memory), host.patient())
        .thenCompose(fine -> qmp.send(new QueryMigrate()))
        .thenCombine(
            qmp.send(new QueryStatus()),
            (info, status) -> {
              SaveObstacles.requireNoOther(ledger.name(), info, status.status().value());
              return info;
            })
        .thenCombine(
            DeviceParts.devices(qmp),
            (info, present) -> {
              SaveObstacles.check(ledger.launch().orElseThrow(), info, present);
              return info;
            });
  }

  /** QEMU writes a little more than the guest has, and less where that has never been used. */
  private void look(SaveTarget target, MemoryInfo memory) {
    if (target.keeper() == SaveTarget.Keeper.HOST) {
      long bytes = Math.addExact(memory.baseMemory(), memory.pluggedMemory().orElse(0L));
      host.saveFiles().makeRoom(target.file().resolveSibling(""), bytes);
    }
    host.saveFiles().check(target.file());
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    answer.completeExceptionally(Answers.cause(failure));
    return Mailbox.DONE;
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      Lifecycle.Active seen,
      SaveTarget target,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(target, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    if (keeper.lifecycle() != seen) {
      return save(target, options, actor, true, answer); // what was found is not true any more
    }
    requests.admit(Verb.SAVE, target.file().toString());
    return verbs.onLiveMachine(
        Verb.SAVE,
        true,
        active -> {
          KeptJob job =
              SaveRow.of(target, ledger, new Job.Origin(actor, options.key(), host.now()));
          return ledger
              .request(JobSteps.began(Step.by(actor), job))
              .thenRun(
                  () -> {
                    answer.complete(job.job());
                    saves.begin(active, job);
                  });
        });
  }
}
