package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.device.Sizing;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verbs that say how much of something a domain is to have: what of them is about the definition
 * alone is done here, what is about the machine by {@link Sizings}. Runs in the driver's turns.
 */
final class SizingVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Sizings sizings;
  private final MachineVerbs verbs;
  private final Requests requests;

  SizingVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      Sizings sizings,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.sizings = sizings;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Brings the machine there, the definition, or both. */
  CompletionStage<?> size(
      Sizing sizing,
      EditScope scope,
      JobOptions options,
      String actor,
      boolean hasDeadline,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(sizing, scope, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    JobConflicts.check(ledger.jobs().running(), sizing.verb(), sizing.text(), host.now());
    boolean live = isAboutMachine(scope);
    if (live) {
      requests.admit(sizing.verb(), sizing.text());
      sizing.check(ledger.launch().orElseThrow());
    }
    if (scope != EditScope.LIVE) {
      DefinitionReader.check(sizing.edited(ledger.definition()));
    }
    if (!live) {
      return inDefinition(sizing, scope, options, actor, answer);
    }
    return verbs.onLiveMachine(
        sizing.verb(),
        hasDeadline,
        active -> {
          verbs.watch(active, sizing.verb(), actor, hasDeadline, answer);
          sizing
              .look(active.machine().qmp(), ledger.launch().orElseThrow())
              .whenComplete(
                  (standing, failure) ->
                      requests.post(
                          answer,
                          () ->
                              standing == null
                                  ? refused(answer, failure)
                                  : begin(sizing, standing, scope, options, actor, answer)));
          return Mailbox.DONE;
        });
  }

  private static CompletionStage<?> refused(CompletableFuture<Job> answer, Throwable failure) {
    Answers.fail(answer, failure);
    return Mailbox.DONE;
  }

  private boolean isAboutMachine(EditScope scope) {
    return switch (scope) {
      case LIVE -> true;
      case CONFIG -> false;
      case BOTH -> !(keeper.lifecycle() instanceof Lifecycle.Off);
    };
  }

  /** Something else may have begun since the first look, or the same call twice. */
  private CompletionStage<?> begin(
      Sizing sizing,
      Sizing.Standing standing,
      EditScope scope,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    Optional<Job> same = same(sizing, scope, options);
    if (same.isPresent()) {
      answer.complete(same.get());
      return Mailbox.DONE;
    }
    requests.admit(sizing.verb(), sizing.text());
    return verbs.onLiveMachine(
        sizing.verb(),
        true,
        active -> {
          Map<String, String> facts =
              Map.of(
                  KeptJob.INCARNATION,
                  active.machine().launch().incarnation(),
                  Detachments.SCOPE,
                  scope.name(),
                  Sizings.FROM,
                  Long.toString(standing.now()));
          Job.Status status =
              new Job.Status(
                  JobState.RUNNING,
                  Sizings.CHANGING,
                  Optional.of(Sizings.progress(sizing, standing.now(), standing.now())),
                  "",
                  Optional.empty());
          KeptJob job = new KeptJob(job(sizing, options, actor, status), facts);
          return ledger
              .request(JobSteps.began(Step.by(actor), job))
              .thenRun(
                  () -> {
                    answer.complete(job.job());
                    sizings.begin(active, job);
                  });
        });
  }

  /** No machine is asked, so the job begins and ends in one step. */
  private CompletionStage<?> inDefinition(
      Sizing sizing,
      EditScope scope,
      JobOptions options,
      String actor,
      CompletableFuture<Job> answer) {
    DomainDefinition edited = sizing.edited(ledger.definition());
    Job.Status status =
        new Job.Status(
            JobState.SUCCEEDED,
            Sizings.DONE,
            Optional.of(Progress.of(1, 1)),
            "in the definition, which the next boot follows",
            Optional.of(host.now()));
    KeptJob job =
        new KeptJob(job(sizing, options, actor, status), Map.of(Detachments.SCOPE, scope.name()));
    Step step = JobSteps.began(Step.by(actor), job);
    if (!ledger.isDefinedAs(edited)) {
      DefinitionSteps.redefine(step, edited, ledger.revision());
    }
    return ledger
        .request(JobSteps.ended(step, job))
        .thenRun(() -> answer.complete(job.job()))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  private Job job(Sizing sizing, JobOptions options, String actor, Job.Status status) {
    return new Job(
        JobId.random(),
        new Job.Target(sizing.kind(), ledger.uuid(), ledger.name(), sizing.text()),
        new Job.Origin(actor, options.key(), host.now()),
        status);
  }

  /** The job that the same call has begun before, if it has. */
  private Optional<Job> same(Sizing sizing, EditScope scope, JobOptions options) {
    Map<String, String> facts = Map.of(Detachments.SCOPE, scope.name());
    return ledger.jobs().same(options, sizing.kind(), sizing.text(), facts);
  }
}
