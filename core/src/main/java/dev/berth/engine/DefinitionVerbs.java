package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.JobSteps;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.VerbResult;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Verbs on a domain's definition: it is replaced, or removed with all that belongs to the domain.
 * Runs in the driver's turns.
 */
final class DefinitionVerbs {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final Runnable onUndefined;

  DefinitionVerbs(HostServices host, Ledger ledger, MachineKeeper keeper, Runnable onUndefined) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
    this.onUndefined = onUndefined;
  }

  /** Replaces the definition, which keeps the domain's UUID and name. */
  CompletionStage<?> define(
      DomainDefinition wanted,
      DefineCondition condition,
      String actor,
      CompletableFuture<DefineResult> answer) {
    check(condition);
    if (ledger.isDefinedAs(wanted)) {
      answer.complete(new DefineResult(DefineResult.Effect.UNCHANGED, ledger.snapshot()));
      return Mailbox.DONE;
    }
    JobConflicts.checkDefinition(ledger.jobs().running(), host.now());
    Step step =
        Step.by(actor)
            .definition(wanted)
            .event(EventTypes.REDEFINED, Map.of("revision", Long.toString(ledger.revision() + 1)));
    return ledger
        .request(step)
        .thenRun(
            () ->
                answer.complete(new DefineResult(DefineResult.Effect.REPLACED, ledger.snapshot())))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /**
   * Refuses to replace a definition when that is not what the caller expects to happen.
   *
   * @throws AlreadyExistsException when a new domain was wanted
   * @throws ConflictException when another definition was to be replaced
   */
  private void check(DefineCondition condition) {
    if (condition instanceof DefineCondition.Absent) {
      throw new AlreadyExistsException(
          "Domain '" + ledger.name() + "' exists already. Choose another name, or replace it.");
    }
    if (condition instanceof DefineCondition.Revision expected
        && expected.revision() != ledger.revision()) {
      throw new ConflictException(
          "The definition of domain '"
              + ledger.name()
              + "' is at revision "
              + ledger.revision()
              + ", not "
              + expected.revision()
              + ": somebody changed it meanwhile. Read it again, then decide.");
    }
  }

  CompletionStage<?> undefine(String actor, CompletableFuture<VerbResult> answer) {
    Intent intent = new Intent(ledger.uuid(), "undefine", "{}", actor, host.now());
    return ledger
        .request(Step.by(actor).intent(intent))
        .thenCompose(done -> finishUndefine(actor))
        .thenRun(() -> answer.complete(keeper.changed("")))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /**
   * Removes the domain's logs, its UEFI variables and its rows. When that fails the domain stays,
   * without the intent: a later opening must not forget a domain whose undefine has been reported
   * as failed.
   */
  CompletionStage<Void> finishUndefine(String actor) {
    return remove(Step.by(actor).whenPublished(this::undefined))
        .thenRun(() -> ledger.jobs().undefined(ledger.name().text()));
  }

  /**
   * The same of a domain that is another host's by now: its migration ends with it, and not before,
   * so that whoever sees it ended can have the domain come back. It needs no intent: as long as the
   * migration goes on, the domain is to go.
   */
  CompletionStage<Void> depart(KeptJob ended) {
    Step.Told told = JobSteps.toldEnded(ended);
    Step step =
        Step.by(ended.job().origin().actor())
            .event(told.type(), told.attributes())
            .whenPublished(() -> departed(ended));
    return remove(step)
        .thenRun(
            () -> {
              ledger.jobs().tell(List.of(ended));
              ledger.jobs().undefined(ledger.name().text());
            });
  }

  private CompletionStage<Void> remove(Step begun) {
    Step step =
        begun.change(new Change.RemoveDomain(ledger.uuid())).event(EventTypes.UNDEFINED, Map.of());
    return keeper
        .managedSaves()
        .clear()
        .thenRunAsync(() -> host.launcher().removeFiles(ledger.uuid()), host.patient())
        .thenComposeAsync(done -> ledger.request(step), host.turns())
        .handle((done, failure) -> failure == null ? Mailbox.DONE : takenBack(failure))
        .thenCompose(stage -> stage);
  }

  private void undefined() {
    keeper.become(new Lifecycle.Removed());
    onUndefined.run();
    ledger.waiters().undefined(ledger.name().text());
  }

  /** Whoever finds the domain gone finds how its migration has ended. */
  private void departed(KeptJob ended) {
    host.departed().add(ended.job());
    undefined();
    ledger.jobs().apply(List.of(ended));
  }

  private CompletionStage<Void> takenBack(Throwable failure) {
    return keeper
        .record(Step.by(Actors.HOST).change(new Change.RemoveIntent(ledger.uuid())))
        .thenCompose(done -> CompletableFuture.failedStage(failure));
  }
}
