package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.EventTypes;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.MachineLostException;
import dev.berth.host.EditScope;
import dev.berth.host.VerbResult;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.LaunchRecord;
import dev.berth.qmp.QmpConnection;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out adjustments of the live machine, one at a time. Runs in the driver's turns; holds no
 * thread while QEMU thinks.
 *
 * <pre>
 *   allowed? ──► intent on record ──done──► is it so? ──yes──► on record with machine, definition
 *                       ▲                       │ no
 *            found after a restart              └──► intent dropped: as before
 * </pre>
 *
 * <p>What QEMU has decides, not its reply: a reply can get lost, and a host process too.
 */
public final class Adjustments {
  /** How long until a machine that could not be asked is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private static final String OPERATION = "adjust";
  private static final Logger LOG = LoggerFactory.getLogger(Adjustments.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final DomainBackups backups;
  private final Leftovers leftovers;
  private volatile Optional<AdjustIntent> unsettled = Optional.empty();

  Adjustments(
      HostServices host,
      Mailbox mailbox,
      Ledger ledger,
      MachineKeeper keeper,
      DomainBackups backups) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.backups = backups;
    this.leftovers = new Leftovers(host, mailbox, keeper);
  }

  /**
   * Begins to adjust the live machine.
   *
   * @throws BusyException when the guest is being shut down
   */
  void begin(
      Lifecycle.Active active,
      Adjustment adjustment,
      EditScope scope,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    keeper.shutdowns().requireNone(adjustment.verb());
    AdjustIntent intent = new AdjustIntent(adjustment, scope, actor, host.now());
    watch(active, intent, hasDeadline, answer);
    ledger.operation(Optional.of(summary(intent)));
    adjustment
        .prepared(active.machine().qmp(), ledger.launch().orElseThrow(), ledger.readable())
        .whenComplete(
            (prepared, refusal) ->
                mailbox.event(
                    () ->
                        record(
                            active,
                            prepared == null ? intent : intent.of(prepared),
                            answer,
                            Optional.ofNullable(refusal))));
  }

  private static OperationSummary summary(AdjustIntent intent) {
    return new OperationSummary(OPERATION, intent.actor(), intent.since());
  }

  /** A caller without a deadline is told when QEMU stalls. */
  private void watch(
      Lifecycle.Active active,
      AdjustIntent intent,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer) {
    MachineWatch.VerbInFlight inFlight =
        new MachineWatch.VerbInFlight(
            intent.adjustment().verb(), intent.actor(), hasDeadline, answer);
    active.watch().add(inFlight);
    answer.whenComplete(
        (done, failure) ->
            mailbox.event(
                () -> {
                  active.watch().remove(inFlight);
                  return Mailbox.DONE;
                }));
  }

  private CompletionStage<?> record(
      Lifecycle.Active active,
      AdjustIntent intent,
      CompletableFuture<VerbResult> answer,
      Optional<Throwable> refusal) {
    if (refusal.isPresent() || keeper.lifecycle() != active || answer.isDone()) {
      finish(intent);
      answer.completeExceptionally(refusal.map(Answers::cause).orElseGet(this::machineLost));
      return Mailbox.DONE;
    }
    return ledger
        .request(Step.by(intent.actor()).intent(intent.stored(ledger.uuid())))
        .thenRun(
            () -> {
              unsettled = Optional.of(intent);
              leftovers.forget(intent.adjustment());
              act(active, intent, answer);
            })
        .exceptionally(
            failure -> {
              finish(intent);
              return Answers.fail(answer, failure);
            });
  }

  private void act(
      Lifecycle.Active active, AdjustIntent intent, CompletableFuture<VerbResult> answer) {
    intent
        .adjustment()
        .act(active.machine().qmp(), ledger.launch().orElseThrow())
        .whenComplete(
            (done, failure) ->
                mailbox.event(
                    () -> {
                      settled(active, intent)
                          .whenComplete(
                              (isSo, trouble) -> answer(answer, intent, failure, isSo, trouble));
                      return Mailbox.DONE;
                    }));
  }

  private void answer(
      CompletableFuture<VerbResult> answer,
      AdjustIntent intent,
      @Nullable Throwable failure,
      @Nullable Boolean isSo,
      @Nullable Throwable trouble) {
    if (Boolean.TRUE.equals(isSo)) {
      answer.complete(keeper.changed(""));
    } else if (failure != null) {
      Answers.fail(answer, failure);
    } else if (trouble != null) {
      Answers.fail(answer, trouble);
    } else {
      answer.completeExceptionally(
          new HostFailureException(
              "The "
                  + intent.adjustment().what()
                  + " of '"
                  + intent.adjustment().subject()
                  + "' of domain '"
                  + ledger.name()
                  + "' was to become "
                  + intent.adjustment().value()
                  + ". QEMU took that, and says that it is not so.",
              null));
    }
  }

  private BerthException machineLost() {
    return new MachineLostException(
        "The machine of domain '" + ledger.name() + "' has ended meanwhile.");
  }

  private void finish(AdjustIntent intent) {
    if (ledger.operation().equals(Optional.of(summary(intent)))) {
      ledger.operation(Optional.empty());
    }
  }

  // ---- finding out

  /** Knows from now on what a host process that has ended had begun. */
  void found(Intent cut) {
    if (unsettled.isPresent()) {
      return; // this one had, and has only lost the connection
    }
    try {
      unsettled = Optional.of(AdjustIntent.read(cut));
    } catch (HostFailureException unreadable) {
      LOG.error("Domain '{}': {}", ledger.name(), unreadable.getMessage());
    }
  }

  /** The steps of what was begun and is not known to be done. Any thread. */
  List<AssemblyStep> steps() {
    return unsettled.map(intent -> intent.adjustment().steps()).orElse(List.of());
  }

  /** Takes up what was found; the machine answers. */
  void resume(Lifecycle.Active active) {
    unsettled.ifPresent(
        intent -> {
          ledger.operation(Optional.of(summary(intent)));
          settled(active, intent)
              .thenAccept(isSo -> LOG.info("{}: done: {}", intent.adjustment().what(), isSo));
        });
  }

  /** What was begun and is not known to be done, as the store has it. */
  Optional<Intent> unsettled() {
    return unsettled.map(intent -> intent.stored(ledger.uuid()));
  }

  /** There is no machine any more, and nothing to adjust. */
  void forget() {
    settled();
    leftovers.forget();
  }

  private void settled() {
    unsettled.ifPresent(this::finish);
    unsettled = Optional.empty();
  }

  /**
   * Finds out whether the machine has it so, and brings record and definition in line.
   *
   * @return whether it has; fails when that cannot be found out yet
   */
  private CompletableFuture<Boolean> settled(Lifecycle.Active active, AdjustIntent intent) {
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    if (isOver(intent)) {
      outcome.completeExceptionally(machineLost());
      return outcome;
    }
    isDone(active, intent.adjustment())
        .whenComplete(
            (isSo, failure) ->
                mailbox.event(
                    () -> {
                      if (isOver(intent)) {
                        outcome.completeExceptionally(machineLost());
                        return Mailbox.DONE;
                      }
                      if (failure != null) {
                        retry(active, intent, Answers.cause(failure));
                        outcome.completeExceptionally(Answers.cause(failure));
                        return Mailbox.DONE;
                      }
                      return conclude(intent, isSo).thenRun(() -> outcome.complete(isSo));
                    }));
    return outcome;
  }

  private boolean isOver(AdjustIntent intent) {
    return unsettled.filter(it -> it == intent).isEmpty();
  }

  /** What the guest let go of meanwhile is not changed any more. */
  private CompletableFuture<Boolean> isDone(Lifecycle.Active active, Adjustment adjustment) {
    LaunchRecord launch = ledger.launch().orElseThrow();
    QmpConnection qmp = active.machine().qmp();
    return adjustment.isIn(launch)
        ? adjustment
            .completed(qmp, launch)
            .thenCompose(
                isSo ->
                    leftovers.tidied(active, adjustment, launch, isSo).thenApply(tidied -> isSo))
        : CompletableFuture.completedFuture(false);
  }

  private void retry(Lifecycle.Active active, AdjustIntent intent, Throwable failure) {
    LOG.warn(
        "Domain '{}': whether its machine was adjusted is not known yet: {}",
        ledger.name(),
        failure.getMessage());
    host.timers()
        .after(
            RETRY,
            () ->
                mailbox.event(
                    () -> {
                      if (keeper.lifecycle() == active && !isOver(intent)) {
                        settled(active, intent);
                      }
                      return Mailbox.DONE;
                    }));
  }

  private CompletionStage<Void> conclude(AdjustIntent intent, boolean isSo) {
    Step step = Step.by(intent.actor());
    LaunchRecord before = ledger.launch().orElseThrow();
    if (isSo && intent.adjustment().isIn(before)) {
      adjusted(step, intent, before);
    }
    if (!(keeper.lifecycle() instanceof Lifecycle.Ending)) {
      step.change(new Change.RemoveIntent(ledger.uuid()));
    }
    return keeper
        .record(step)
        .thenRun(
            () -> {
              ledger.launch().ifPresent(host.launcher()::changed);
              backups.marksChange();
              settled();
            });
  }

  private void adjusted(Step step, AdjustIntent intent, LaunchRecord before) {
    Adjustment adjustment = intent.adjustment();
    LaunchRecord launch = adjustment.onto(before);
    Optional<DomainDefinition> edited =
        intent.scope() == EditScope.BOTH ? edited(adjustment) : Optional.empty();
    if (edited.isPresent()) {
      DefinitionSteps.redefine(step, edited.get(), ledger.revision());
      launch = launch.following(ledger.revision());
    }
    told(step.launch(launch), adjustment);
  }

  /** The step, which tells of the adjustment. */
  private static Step told(Step step, Adjustment adjustment) {
    return step.event(
        EventTypes.ADJUSTED,
        Map.of(
            "what", adjustment.what(),
            "subject", adjustment.subject(),
            "value", adjustment.value()));
  }

  /** The definition with it, if it can have it: somebody may have redefined the domain. */
  private Optional<DomainDefinition> edited(Adjustment adjustment) {
    try {
      Optional<DomainDefinition> edited =
          ledger
              .readable()
              .flatMap(adjustment::edited)
              .filter(definition -> !ledger.isDefinedAs(definition));
      edited.ifPresent(DefinitionReader::check);
      return edited;
    } catch (InvalidDefinitionException meanwhile) {
      LOG.warn(
          "Domain '{}' was adjusted, which its definition cannot have: {}",
          ledger.name(),
          meanwhile.getMessage());
      return Optional.empty();
    }
  }
}
