package dev.berth.engine;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.engine.step.AttachIntent;
import dev.berth.engine.step.DefinitionSteps;
import dev.berth.engine.step.Plugging;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.MachineLostException;
import dev.berth.host.EditScope;
import dev.berth.host.VerbResult;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's part of adding a device to its machine: what {@link AttachOperation} does on its own
 * thread is recorded, published and undone here, in turns.
 *
 * <pre>
 *   intent on record ──steps taken──► device there? ──yes──► on record with the machine
 *         ▲                                │ no
 *   found after a restart                  └──► its backends freed ──► as before
 * </pre>
 *
 * <p>QEMU is asked whether the device is there whenever a step has failed or nobody knows, so that
 * a reply that got lost decides nothing.
 */
final class Attachments {
  /** How long until a machine that could not be asked, or not be mended, is tried again. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private volatile Optional<AttachIntent> unsettled = Optional.empty();

  Attachments(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /**
   * Begins to add a device to the live machine.
   *
   * @param held what the caller has given; the operation's own from here on
   * @throws BusyException when the guest is being shut down, or the host has too much under way
   */
  void begin(
      Lifecycle.Active active,
      Pluggable device,
      EditScope scope,
      HeldResources held,
      String actor,
      CompletableFuture<VerbResult> answer) {
    Plugging words = Plugging.of(device.kind());
    keeper.shutdowns().requireNone(words.attach());
    OperationSummary summary = new OperationSummary(words.operation(), actor, host.now());
    AttachOperation operation =
        new AttachOperation(
            host,
            this,
            active,
            ledger.launch().orElseThrow(),
            device,
            scope,
            held,
            summary,
            answer);
    operation.begin();
    ledger.operation(Optional.of(summary));
  }

  /** Persists the intent; called by the operation's thread before it sends QEMU anything. */
  CompletableFuture<Void> record(AttachOperation operation, AttachIntent intent) {
    CompletableFuture<Void> recorded = new CompletableFuture<>();
    boolean posted =
        mailbox.event(
            () -> {
              if (keeper.lifecycle() != operation.active()) {
                recorded.completeExceptionally(machineLost());
                return Mailbox.DONE;
              }
              Intent stored = intent.stored(ledger.uuid(), ledger.launch().orElseThrow());
              return ledger
                  .request(Step.by(intent.actor()).intent(stored))
                  .thenRun(() -> unsettled = Optional.of(intent))
                  .handle(
                      (done, failure) ->
                          failure == null
                              ? recorded.complete(null)
                              : recorded.completeExceptionally(Answers.cause(failure)));
            });
    if (!posted) {
      recorded.completeExceptionally(new HostUnreachableException("The host has been closed."));
    }
    return recorded;
  }

  /** The operation's thread is through, with a failure or without one. */
  void ended(
      AttachOperation operation, Optional<AttachIntent> intent, Optional<BerthException> failure) {
    mailbox.event(
        () -> {
          if (unsettled.isEmpty() || !unsettled.equals(intent)) {
            finish(operation.summary());
            operation.answer().completeExceptionally(failure.orElseGet(this::machineLost));
            return Mailbox.DONE;
          }
          settled(operation.active())
              .whenComplete(
                  (attached, trouble) ->
                      mailbox.event(
                          () -> {
                            answer(operation, failure, attached, trouble);
                            return Mailbox.DONE;
                          }));
          return Mailbox.DONE;
        });
  }

  private void answer(
      AttachOperation operation,
      Optional<BerthException> failure,
      @Nullable Boolean attached,
      @Nullable Throwable trouble) {
    if (failure.isPresent()) {
      operation.answer().completeExceptionally(failure.get());
    } else if (trouble != null) {
      operation.answer().completeExceptionally(OpenCalls.unwrapped(trouble));
    } else if (Boolean.TRUE.equals(attached)) {
      operation.answer().complete(keeper.changed(""));
    } else {
      operation.answer().completeExceptionally(machineLost());
    }
  }

  private BerthException machineLost() {
    return new MachineLostException(
        "The machine of domain '" + ledger.name() + "' has ended meanwhile.");
  }

  private void finish(OperationSummary summary) {
    if (ledger.operation().equals(Optional.of(summary))) {
      ledger.operation(Optional.empty());
    }
  }

  // ---- finding out, and undoing

  /** Knows from now on what a host process that has ended had begun. */
  void found(Intent cut) {
    if (unsettled.isPresent()) {
      return; // this one had, and has only lost the connection
    }
    try {
      unsettled = Optional.of(AttachIntent.read(cut));
    } catch (HostFailureException unreadable) {
      LOG.error("Domain '{}': {}", ledger.name(), unreadable.getMessage());
    }
  }

  /** The steps of what was begun and is not known to be done. Any thread. */
  List<AssemblyStep> steps() {
    return unsettled.map(intent -> intent.plan().steps()).orElse(List.of());
  }

  /** Takes up what was found; the machine answers. */
  void resume(Lifecycle.Active active) {
    unsettled.ifPresent(
        intent -> {
          ledger.operation(Optional.of(summary(intent)));
          settled(active)
              .thenAccept(
                  attached ->
                      LOG.info("Device '{}': attached: {}", intent.device().name(), attached));
        });
  }

  /** What was begun and is not known to be done, as the store has it. */
  Optional<Intent> unsettled() {
    return unsettled.flatMap(
        intent -> ledger.launch().map(launch -> intent.stored(ledger.uuid(), launch)));
  }

  private static OperationSummary summary(AttachIntent intent) {
    return new OperationSummary(intent.words().operation(), intent.actor(), intent.since());
  }

  /** There is no machine any more, and with it no device that could be half there. */
  void forget() {
    unsettled.ifPresent(intent -> finish(summary(intent)));
    unsettled = Optional.empty();
  }

  /**
   * Finds out whether the machine has the device, and brings the record in line; undoes what was
   * made for one that it has not.
   *
   * @return whether it has; fails when that cannot be found out yet
   */
  private CompletableFuture<Boolean> settled(Lifecycle.Active active) {
    AttachIntent intent = unsettled.orElseThrow();
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    DeviceParts.devices(active.machine().qmp())
        .thenCompose(
            present ->
                present.contains(intent.plan().device().id())
                    ? CompletableFuture.completedFuture(present)
                    : DeviceParts.free(host, active.machine(), intent.plan().plugged())
                        .thenApply(freed -> present))
        .whenComplete(
            (present, failure) ->
                mailbox.event(
                    () -> {
                      if (unsettled.filter(it -> it == intent).isEmpty()) {
                        outcome.completeExceptionally(machineLost());
                        return Mailbox.DONE;
                      }
                      if (failure != null) {
                        retry(active, Answers.cause(failure));
                        outcome.completeExceptionally(Answers.cause(failure));
                        return Mailbox.DONE;
                      }
                      return conclude(intent, present).thenAccept(outcome::complete);
                    }));
    return outcome;
  }

  private void retry(Lifecycle.Active active, Throwable failure) {
    LOG.warn(
        "Domain '{}': whether a device was attached is not known yet: {}",
        ledger.name(),
        failure.getMessage());
    host.timers()
        .after(
            RETRY,
            () ->
                mailbox.event(
                    () -> {
                      if (keeper.lifecycle() == active && unsettled.isPresent()) {
                        settled(active);
                      }
                      return Mailbox.DONE;
                    }));
  }

  private CompletionStage<Boolean> conclude(AttachIntent intent, Set<String> present) {
    boolean attached = present.contains(intent.plan().device().id());
    Step step = Step.by(intent.actor());
    LaunchRecord launch = ledger.launch().orElseThrow();
    if (attached) {
      attached(step, intent, launch);
    } else {
      step.launch(intent.plan().leftWith(present).onto(launch));
    }
    if (!(keeper.lifecycle() instanceof Lifecycle.Ending)) {
      step.change(new Change.RemoveIntent(ledger.uuid()));
    }
    return keeper
        .record(step)
        .thenApply(
            recorded -> {
              ledger.launch().ifPresent(host.launcher()::changed);
              keeper.sharesChanged();
              forget();
              return attached;
            });
  }

  private void attached(Step step, AttachIntent intent, LaunchRecord before) {
    LaunchRecord launch = intent.plan().onto(before);
    Optional<DomainDefinition> edited =
        intent.scope() == EditScope.BOTH ? edited(intent.device()) : Optional.empty();
    if (edited.isPresent()) {
      DefinitionSteps.redefine(step, edited.get(), ledger.revision());
      launch = launch.following(ledger.revision());
    }
    intent.words().attached(step.launch(launch), intent.device().name());
  }

  /** The definition with the device, if it can have it: somebody may have redefined the domain. */
  private Optional<DomainDefinition> edited(Pluggable device) {
    try {
      DomainDefinition edited = device.addedTo(ledger.definition());
      DefinitionReader.check(edited);
      return Optional.of(edited);
    } catch (InvalidDefinitionException | HostFailureException meanwhile) {
      LOG.warn(
          "Domain '{}' has {} '{}', which its definition cannot have: {}",
          ledger.name(),
          device.kind().text(),
          device.name(),
          meanwhile.getMessage());
      return Optional.empty();
    }
  }
}
