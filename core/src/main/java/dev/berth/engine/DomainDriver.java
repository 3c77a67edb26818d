package dev.berth.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Policies;
import dev.berth.domain.DomainName;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.QmpRequest;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.FlightRecorder;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer of one domain. Calls of any thread become turns in its mailbox; the verb table
 * admits or refuses them; the {@link MachineKeeper} does what concerns the machine. Answers are
 * futures that complete when the outcome is durable.
 */
final class DomainDriver {
  private static final Logger LOG = LoggerFactory.getLogger(DomainDriver.class);

  private final HostServices host;
  private final Ledger ledger;
  private final Mailbox mailbox;
  private final MachineKeeper keeper;
  private final MachineVerbs verbs;
  private final HandCommands hands;
  private final LivenessCheck liveness;
  private final Consoles consoles = new Consoles();
  private final Runnable onUndefined;
  private volatile DefinitionView definition;

  private final AtomicBoolean ticking = new AtomicBoolean();

  private DomainDriver(HostServices host, Ledger ledger, Runnable onUndefined) {
    this.host = host;
    this.ledger = ledger;
    this.mailbox = new Mailbox(ledger.name().text(), host.turns());
    this.keeper = new MachineKeeper(host, mailbox, ledger);
    this.verbs = new MachineVerbs(mailbox, ledger, keeper);
    this.hands = new HandCommands(host, mailbox, ledger, keeper, verbs);
    this.liveness = new LivenessCheck(host, mailbox, ledger, keeper);
    this.onUndefined = onUndefined;
    this.definition = new DefinitionView(ledger.revision(), ledger.document());
  }

  /** A driver for that domain, at its place among the others. */
  static DomainDriver of(HostServices host, Domains domains, OnRecord found) {
    DomainName name = found.row().name();
    UUID uuid = found.row().uuid();
    DomainDriver driver =
        new DomainDriver(host, new Ledger(host, found), () -> domains.remove(name, uuid));
    domains.add(name, uuid, driver);
    return driver;
  }

  /** The domain as last published. Any thread; never waits. */
  DomainSnapshot snapshot() {
    return ledger.snapshot();
  }

  /** The current definition. Any thread; never waits. */
  DefinitionView definition() {
    return definition;
  }

  /** The domain's place when all guests are shut down. Any thread; never waits. */
  int shutdownOrder() {
    return ledger.readable().map(DomainDefinition::policies).orElse(Policies.NONE).shutdownOrder();
  }

  /** Attachments to the serial console. Any thread. */
  Consoles consoles() {
    return consoles;
  }

  /** The last messages with the domain's machines. Any thread; never waits. */
  FlightRecorder recorder() {
    return keeper.recorder();
  }

  /** The launch record of the present machine. Any thread; never waits. */
  Optional<LaunchRecord> launch() {
    return ledger.launch();
  }

  CompletableFuture<DomainSnapshot> await(Set<DomainState> states) {
    return ledger.waiters().add(states, ledger::snapshot);
  }

  /**
   * Takes up what the store held of this domain. Called once, before any verb.
   *
   * @return completes when it is decided what becomes of it; never fails
   */
  CompletableFuture<Void> recover(OnRecord found, Optional<Intent> intent) {
    CompletableFuture<Void> decided = new CompletableFuture<>();
    mailbox.event(
        () ->
            recovered(found, intent)
                .thenCompose(done -> keeper.restarts().opened())
                .whenComplete((done, failure) -> decided.complete(null)));
    return decided;
  }

  private CompletionStage<?> recovered(OnRecord found, Optional<Intent> intent) {
    if (found.unreadable().isPresent()) {
      keeper.become(new Lifecycle.Unreadable(found.unreadable().get().incarnation()));
      return Mailbox.DONE;
    }
    if (found.launch().isPresent()) {
      return new Recovery(host, ledger, keeper).decide(found.launch().get(), intent);
    }
    if (intent.isEmpty()) {
      return Mailbox.DONE;
    }
    if (intent.get().verb().equals("undefine")) {
      LOG.info("Domain '{}': finishing an undefine that was cut off", ledger.name());
      return finishUndefine(intent.get().actor());
    }
    return keeper.record(
        Step.by(Actors.HOST)
            .change(new Change.RemoveIntent(ledger.uuid()))
            .event(
                EventTypes.RECOVERED,
                Map.of("verb", intent.get().verb(), "decision", "there is no machine")));
  }

  /** Now and then: is QEMU there? At most one look is waiting for its turn. */
  void tick() {
    if (ticking.compareAndSet(false, true)) {
      mailbox.event(
          () -> {
            ticking.set(false);
            return look();
          });
    }
  }

  private CompletionStage<?> look() {
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      return liveness.check(active);
    }
    if (keeper.lifecycle() instanceof Lifecycle.Adopting adopting) {
      keeper.adoption().check(adopting);
    }
    return Mailbox.DONE;
  }

  /** Finishes the turns it has, lets go of its machine, and takes no more turns. */
  CompletableFuture<Void> settle() {
    CompletableFuture<Void> settled = new CompletableFuture<>();
    mailbox.event(
        () -> {
          keeper.letGo();
          mailbox.close();
          settled.complete(null);
          return Mailbox.DONE;
        });
    return settled;
  }

  // ---- verbs

  /**
   * Starts the domain.
   *
   * @param held what the caller has given; closed in the end, whatever becomes of the call
   */
  CompletableFuture<VerbResult> start(StartMode mode, HeldResources held, String actor) {
    Verb verb = mode == StartMode.RUNNING ? Verb.START : Verb.START_PAUSED;
    CompletableFuture<VerbResult> started =
        ask(
            verb,
            answer -> {
              keeper.starts().begin(mode, held, actor, answer);
              return Mailbox.DONE;
            });
    started.whenComplete((result, failure) -> held.closeUnlessHandedOver());
    return started;
  }

  CompletableFuture<VerbResult> shutdown(ShutdownPolicy policy, String actor, boolean hasDeadline) {
    return ask(
        Verb.SHUTDOWN,
        answer -> {
          if (keeper.lifecycle() instanceof Lifecycle.Ending ending) {
            ending.end().join(answer); // the guest has shut down, and its machine is being reaped
            return Mailbox.DONE;
          }
          if (keeper.lifecycle() instanceof Lifecycle.Off) {
            return keeper.restarts().stayOff(actor, answer);
          }
          return verbs.onLiveMachine(
              Verb.SHUTDOWN,
              hasDeadline,
              active -> keeper.shutdowns().ask(active, policy, actor, answer));
        });
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

  CompletableFuture<String> qmp(QmpRequest request, String actor, boolean hasDeadline) {
    ObjectNode arguments = HandRules.arguments(request);
    return askQemu(answer -> hands.send(request, arguments, actor, hasDeadline, answer));
  }

  /** The events of the domain's machines. Any thread. */
  QmpFeed feed() {
    return keeper.feed();
  }

  CompletableFuture<String> qmpSchema() {
    return askQemu(hands::schema);
  }

  private CompletableFuture<String> askQemu(
      Function<CompletableFuture<String>, CompletionStage<?>> question) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    post(
        answer,
        () -> {
          admit(Verb.QMP, new CompletableFuture<>());
          return question.apply(answer);
        });
    return answer;
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
    Definitions.check(condition, ledger);
    if (ledger.isDefinedAs(wanted)) {
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

  private CompletionStage<?> undefine(String actor, CompletableFuture<VerbResult> answer) {
    Intent intent = new Intent(ledger.uuid(), "undefine", "{}", actor, host.now());
    return ledger
        .request(Step.by(actor).intent(intent))
        .thenCompose(done -> finishUndefine(actor))
        .thenRun(() -> answer.complete(keeper.changed("")))
        .exceptionally(failure -> fail(answer, failure));
  }

  /**
   * Removes the domain's logs, its UEFI variables and its rows. When that fails the domain stays,
   * without the intent: a later opening must not forget a domain whose undefine has been reported
   * as failed.
   */
  private CompletionStage<Void> finishUndefine(String actor) {
    Step step =
        Step.by(actor)
            .change(new Change.RemoveDomain(ledger.uuid()))
            .event(EventTypes.UNDEFINED, Map.of())
            .whenPublished(this::undefined);
    return CompletableFuture.runAsync(
            () -> host.launcher().removeFiles(ledger.uuid()), host.patient())
        .thenComposeAsync(done -> ledger.request(step), host.turns())
        .handle((done, failure) -> failure == null ? Mailbox.DONE : takenBack(failure))
        .thenCompose(stage -> stage);
  }

  private void undefined() {
    keeper.become(new Lifecycle.Removed());
    onUndefined.run();
    ledger.waiters().undefined(ledger.name().text());
  }

  private CompletionStage<Void> takenBack(Throwable failure) {
    return keeper
        .record(Step.by(Actors.HOST).change(new Change.RemoveIntent(ledger.uuid())))
        .thenCompose(done -> CompletableFuture.failedStage(failure));
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
              return turn.run().whenComplete((done, failure) -> failIfNot(answer, failure));
            } catch (BerthException refused) {
              answer.completeExceptionally(refused);
              return Mailbox.DONE;
            } catch (RuntimeException | Error unexpected) { // logged as the turn's failure
              answer.completeExceptionally(unexpected);
              throw unexpected;
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
    if (verb.isToBeOff() && keeper.restarts().isDue() && !(admission instanceof Admission.Deny)) {
      return true;
    }
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

  /** A turn that failed must not leave its caller waiting. */
  private static void failIfNot(CompletableFuture<?> answer, @Nullable Throwable failure) {
    if (failure != null) {
      answer.completeExceptionally(MachineKeeper.cause(failure));
    }
  }

  static <T> @Nullable T fail(CompletableFuture<?> answer, Throwable failure) {
    answer.completeExceptionally(MachineKeeper.cause(failure));
    return null;
  }
}
