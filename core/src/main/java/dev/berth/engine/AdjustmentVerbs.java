package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.NotFoundException;
import dev.berth.host.EditScope;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verbs that adjust a domain: what of them is about the definition alone is done here, what is
 * about the machine by {@link Adjustments}. Runs in the driver's turns.
 */
final class AdjustmentVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Adjustments adjustments;
  private final MachineVerbs verbs;
  private final Requests requests;

  AdjustmentVerbs(
      HostServices host,
      Ledger ledger,
      MachineKeeper keeper,
      Adjustments adjustments,
      MachineVerbs verbs,
      Requests requests) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.adjustments = adjustments;
    this.verbs = verbs;
    this.requests = requests;
  }

  /** Adjusts the machine, the definition, or both. */
  CompletionStage<?> adjust(
      Adjustment adjustment,
      EditScope scope,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    JobConflicts.check(
        ledger.jobs().running(), adjustment.verb(), adjustment.subject(), host.now());
    Optional<DomainDefinition> edited =
        scope == EditScope.LIVE ? Optional.empty() : adjustment.edited(ledger.definition());
    edited.ifPresent(DefinitionReader::check);
    boolean live = isAboutMachine(scope);
    if (live) {
      if (keeper.lifecycle() instanceof Lifecycle.Off) {
        adjustment.check(ledger.name(), Optional.empty());
      }
      requests.admit(adjustment.verb(), adjustment.subject());
    }
    Optional<LaunchRecord> launch =
        live ? ledger.launch().filter(adjustment::isIn) : Optional.empty();
    if (launch.isPresent()) {
      adjustment.check(ledger.name(), launch);
      return verbs.onLiveMachine(
          adjustment.verb(),
          hasDeadline,
          active -> {
            adjustments.begin(active, adjustment, scope, actor, hasDeadline, answer);
            return Mailbox.DONE;
          });
    }
    return inDefinition(adjustment, edited, actor, answer);
  }

  private boolean isAboutMachine(EditScope scope) {
    return switch (scope) {
      case LIVE -> true;
      case CONFIG -> false;
      case BOTH -> !(keeper.lifecycle() instanceof Lifecycle.Off);
    };
  }

  private CompletionStage<?> inDefinition(
      Adjustment adjustment,
      Optional<DomainDefinition> edited,
      String actor,
      CompletableFuture<VerbResult> answer) {
    if (edited.isEmpty()) {
      throw new NotFoundException(
          "Domain '"
              + ledger.name()
              + "' has nothing named '"
              + adjustment.subject()
              + "' there whose "
              + adjustment.what()
              + " could change.");
    }
    if (ledger.isDefinedAs(edited.get())) {
      answer.complete(
          new VerbResult(
              VerbResult.Effect.ALREADY, "the definition says so already", ledger.snapshot()));
      return Mailbox.DONE;
    }
    Step step = DefinitionSteps.redefine(Step.by(actor), edited.get(), ledger.revision());
    return ledger
        .request(step)
        .thenRun(
            () -> answer.complete(keeper.changed("the definition, which the next boot follows")))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }
}
