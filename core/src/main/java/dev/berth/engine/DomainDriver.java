package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The single writer of one domain. Calls of any thread become turns in its mailbox; the verb table
 * admits or refuses them; the {@link MachineKeeper} does what concerns the machine. Answers are
 * futures that complete when the outcome is durable.
 */
final class DomainDriver {
  private final HostServices host;
  private final Ledger ledger;
  private final Mailbox mailbox;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;
  private final LivenessCheck liveness;
  private final Consoles consoles = new Consoles();
  private final Runnable onUndefined;
  private volatile DefinitionView definition;

  /**
   * @param onUndefined told once, when the domain is no more
   */
  DomainDriver(HostServices host, Ledger ledger, Runnable onUndefined) {
    this.host = host;
    this.ledger = ledger;
    this.mailbox = new Mailbox(ledger.name().text(), host.turns());
    this.keeper = new MachineKeeper(host, mailbox, ledger);
    this.verbs = new MachineVerbs(host, mailbox, ledger, keeper);
    this.liveness = new LivenessCheck(host, mailbox, ledger, keeper);
    this.onUndefined = onUndefined;
    this.definition = new DefinitionView(ledger.revision(), ledger.document());
  }

  /** The domain as last published. Any thread; never waits. */
  DomainSnapshot snapshot() {
    return ledger.snapshot();
  }

  /** The current definition. Any thread; never waits. */
  DefinitionView definition() {
    return definition;
  }

  /** Attachments to the serial console. Any thread. */
  Consoles consoles() {
    return consoles;
  }

  /** The launch record of the present machine. */
  CompletableFuture<Optional<LaunchRecord>> launch() {
    CompletableFuture<Optional<LaunchRecord>> answer = new CompletableFuture<>();
    mailbox.event(
        () -> {
          answer.complete(ledger.launch());
          return Mailbox.DONE;
        });
    return answer;
  }

  CompletableFuture<DomainSnapshot> await(Set<DomainState> states) {
    return ledger.waiters().add(states, ledger.snapshot());
  }

  /** Takes up what the store held of this domain's machine. Called once, before any verb. */
  CompletionStage<?> recover(LaunchRecord launch, Optional<Intent> intent) {
    CompletableFuture<Void> published = new CompletableFuture<>();
    mailbox.event(
        () -> {
          CompletionStage<?> recovered = new Recovery(host, ledger, keeper).recover(launch, intent);
          published.complete(null);
          return recovered;
        });
    return published;
  }

  /** Once a second: is QEMU there? */
  void tick() {
    mailbox.event(
        () ->
            keeper.lifecycle() instanceof Lifecycle.Active active
                ? liveness.check(active)
                : Mailbox.DONE);
  }

  // ---- verbs

  CompletableFuture<VerbResult> start(StartMode mode, String actor) {
    Verb verb = mode == StartMode.RUNNING ? Verb.START : Verb.START_PAUSED;
    return ask(
        verb,
        answer -> {
          keeper.start(mode, actor, answer);
          return Mailbox.DONE;
        });
  }

  CompletableFuture<VerbResult> shutdown(ShutdownPolicy policy, String actor, boolean hasDeadline) {
    return ask(
        Verb.SHUTDOWN,
        answer ->
            verbs.onLiveMachine(
                Verb.SHUTDOWN,
                hasDeadline,
                answer,
                active -> keeper.shutdowns().ask(active, policy, actor, answer)));
  }

  CompletableFuture<VerbResult> pause(String actor, boolean hasDeadline) {
    return ask(Verb.PAUSE, answer -> verbs.pause(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> resume(String actor, boolean hasDeadline) {
    return ask(Verb.RESUME, answer -> verbs.resume(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> reset(String actor, boolean hasDeadline) {
    return ask(Verb.RESET, answer -> verbs.reset(actor, hasDeadline, answer));
  }

  CompletableFuture<VerbResult> destroy(Duration grace, String actor) {
    return ask(Verb.DESTROY, answer -> verbs.destroy(grace, actor, answer));
  }

  CompletableFuture<VerbResult> undefine(String actor) {
    return ask(Verb.UNDEFINE, answer -> undefine(actor, answer));
  }

  /**
   * Replaces the definition.
   *
   * @param wanted with this domain's UUID and name
   */
  CompletableFuture<DefineResult> define(
      DomainDefinition wanted, DefineCondition condition, String actor) {
    CompletableFuture<DefineResult> answer = new CompletableFuture<>();
    post(answer, () -> define(wanted, condition, actor, answer));
    return answer;
  }

  private CompletionStage<?> define(
      DomainDefinition wanted,
      DefineCondition condition,
      String actor,
      CompletableFuture<DefineResult> answer) {
    checkCondition(condition);
    if (wanted.equals(ledger.definition())) {
      answer.complete(new DefineResult(DefineResult.Effect.UNCHANGED, ledger.snapshot()));
      return Mailbox.DONE;
    }
    Step step =
        Step.by(actor)
            .definition(wanted)
            .event(EventTypes.REDEFINED, Map.of("revision", Long.toString(ledger.revision() + 1)));
    return ledger
        .request(step)
        .thenRun(
            () -> {
              definition = new DefinitionView(ledger.revision(), ledger.document());
              answer.complete(new DefineResult(DefineResult.Effect.REPLACED, ledger.snapshot()));
            })
        .exceptionally(failure -> fail(answer, failure));
  }

  private void checkCondition(DefineCondition condition) {
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

  private CompletionStage<?> undefine(String actor, CompletableFuture<VerbResult> answer) {
    Intent intent = new Intent(ledger.uuid(), "undefine", "{}", actor, host.now());
    return ledger
        .request(Step.by(actor).intent(intent))
        .thenCompose(done -> finishUndefine(actor))
        .thenRun(
            () -> answer.complete(new VerbResult(VerbResult.Effect.CHANGED, "", ledger.snapshot())))
        .exceptionally(failure -> fail(answer, failure));
  }

  /**
   * Removes the domain's logs and its rows; also what recovery does with an undefine that was cut
   * off.
   */
  CompletableFuture<Void> finishUndefine(String actor) {
    return CompletableFuture.runAsync(() -> host.launcher().removeLogs(ledger.uuid()), host.files())
        .thenCompose(
            done ->
                ledger.request(
                    Step.by(actor)
                        .change(new Change.RemoveDomain(ledger.uuid()))
                        .event(EventTypes.UNDEFINED, Map.of())))
        .thenRun(
            () -> {
              keeper.removed();
              onUndefined.run();
              ledger.waiters().undefined(ledger.name().text());
            });
  }

  // ---- admission

  private interface Body {
    CompletionStage<?> run(CompletableFuture<VerbResult> answer);
  }

  private CompletableFuture<VerbResult> ask(Verb verb, Body body) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    post(answer, () -> admit(verb, answer) ? body.run(answer) : Mailbox.DONE);
    return answer;
  }

  /** Posts a turn whose refusal is the caller's, not the driver's. */
  private void post(CompletableFuture<?> answer, Mailbox.Turn turn) {
    try {
      mailbox.request(
          () -> {
            try {
              if (keeper.lifecycle() instanceof Lifecycle.Removed) {
                throw new NotFoundException("There is no domain '" + ledger.name() + "'.");
              }
              return turn.run();
            } catch (BerthException refused) {
              answer.completeExceptionally(refused);
              return Mailbox.DONE;
            }
          });
    } catch (BusyException full) {
      answer.completeExceptionally(full);
    }
  }

  /** Whether the verb goes ahead; else the answer is complete. */
  private boolean admit(Verb verb, CompletableFuture<VerbResult> answer) {
    if (verb != Verb.DESTROY && ledger.operation().isPresent()) {
      OperationSummary operation = ledger.operation().get();
      throw new BusyException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "': "
              + operation.verb()
              + " by "
              + operation.actor()
              + " has been under way for "
              + Duration.between(operation.since(), host.now()).toSeconds()
              + " s. Wait for it, or destroy the domain.");
    }
    if (verb == Verb.DESTROY && keeper.lifecycle() instanceof Lifecycle.Starting) {
      return true;
    }
    DomainState state = ledger.snapshot().status().state();
    Admission admission = VerbTable.decide(verb, state);
    if (admission instanceof Admission.Already already) {
      answer.complete(
          new VerbResult(VerbResult.Effect.ALREADY, already.detail(), ledger.snapshot()));
      return false;
    }
    if (admission instanceof Admission.Deny deny) {
      throw new InvalidStateException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "' ("
              + state.text()
              + "): "
              + deny.remedy()
              + ".");
    }
    return true;
  }

  static <T> @Nullable T fail(CompletableFuture<?> answer, Throwable failure) {
    answer.completeExceptionally(MachineKeeper.cause(failure));
    return null;
  }
}
