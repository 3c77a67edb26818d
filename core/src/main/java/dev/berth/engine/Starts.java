package dev.berth.engine;

import dev.berth.domain.AgentState;
import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.HeldResources;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The driver's part of a start: what {@link StartOperation} does on its own thread is recorded and
 * published here, in turns.
 */
final class Starts implements StartOperation.Course {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  Starts(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /**
   * Begins a start; the domain is off.
   *
   * @param source what the machine is to be made of
   * @param held what the caller has given; the start's own from here on
   * @throws dev.berth.error.HostFailureException when its definition cannot be read
   * @throws dev.berth.error.BusyException when the host has too many operations under way
   */
  void begin(
      MachineSource source,
      StartMode mode,
      HeldResources held,
      String actor,
      CompletableFuture<VerbResult> answer) {
    requireHere();
    StartOperation operation =
        new StartOperation(
            host,
            this,
            keeper.recorder(),
            keeper.feed(),
            ledger,
            source,
            mode,
            held,
            actor,
            answer);
    operation.begin();
    keeper.become(new Lifecycle.Starting(operation));
    ledger.operation(Optional.of(new OperationSummary(source.wanted().verb(), actor, host.now())));
  }

  /** A guest that goes on elsewhere is not to be started a second time. */
  private void requireHere() {
    if (ledger.status().state() == DomainState.SHUTOFF
        && ledger.status().reason() == StateReason.MIGRATED) {
      throw new InvalidStateException(
          "Cannot start domain '"
              + ledger.name()
              + "': its guest goes on at another host ("
              + ledger.status().detail().orElse("migrated")
              + "). Undefine it here.");
    }
  }

  /**
   * Persists intent and launch record; called by the operation's thread before it spawns anything.
   */
  @Override
  public CompletableFuture<Void> record(StartOperation operation, LaunchRecord launch) {
    Step step =
        Step.by(operation.actor())
            .status(DomainStatus.of(DomainState.PAUSED, StateReason.STARTING_UP, host.now()))
            .launch(launch)
            .intent(intent(operation, StartIntent.text(operation)));
    if (!operation.actor().equals(Actors.HOST)) {
      step.policy(Step.Policy.OVERRIDDEN);
    }
    return request(step);
  }

  /** Persists that a guest whose state is loaded goes on; before it does. */
  @Override
  public CompletableFuture<Void> recordGoingOn(StartOperation operation) {
    return request(
        operation
            .source()
            .goingOn(
                Step.by(operation.actor())
                    .intent(intent(operation, StartIntent.ofOneThatGoesOn(operation)))));
  }

  private Intent intent(StartOperation operation, String text) {
    return new Intent(ledger.uuid(), "start", text, operation.actor(), host.now());
  }

  private CompletableFuture<Void> request(Step step) {
    CompletableFuture<Void> recorded = new CompletableFuture<>();
    boolean posted =
        mailbox.event(
            () ->
                ledger
                    .request(step)
                    .handle(
                        (done, failure) ->
                            failure == null
                                ? recorded.complete(null)
                                : recorded.completeExceptionally(Answers.cause(failure))));
    if (!posted) {
      recorded.completeExceptionally(new HostUnreachableException("The host has been closed."));
    }
    return recorded;
  }

  /** The machine is up: the operation's good end. */
  @Override
  public void started(StartOperation operation, Machine machine, QemuNews news) {
    mailbox.event(
        () -> {
          news.assembled();
          Lifecycle.Active active = keeper.activate(machine, news, AgentState.DISCONNECTED);
          keeper.reaper().watchExit(machine.launch(), machine.process());
          if (operation.isCancelled()) {
            operation.answer().completeExceptionally(cancelled());
            return keeper.reaper().end(active, operation.cancellation(), Duration.ZERO);
          }
          Step done =
              operation
                  .source()
                  .completed(
                      Step.by(operation.actor())
                          .status(running(operation))
                          .change(new Change.RemoveIntent(ledger.uuid())));
          return switch (operation.mode()) {
            case RUNNING -> keeper.record(done).thenRun(() -> succeeded(operation, active));
            case PAUSED ->
                ledger
                    .request(done)
                    .thenApply(recorded -> succeeded(operation, active))
                    .exceptionally(failure -> unrecorded(operation, active, failure));
          };
        });
  }

  private boolean succeeded(StartOperation operation, Lifecycle.Active active) {
    ledger.operation(Optional.empty());
    operation.answer().complete(keeper.changed(operation.source().told()));
    keeper.runStates().ask(active);
    return true;
  }

  /**
   * A guest that has not run looks the same as one whose assembly was cut off: without the record a
   * later host would end the machine. So it is ended now, and nobody is told that it was started.
   */
  private boolean unrecorded(StartOperation operation, Lifecycle.Active active, Throwable failure) {
    MachineEnd end = new MachineEnd(MachineEnd.Cause.START_UNRECORDED, operation.actor());
    CompletableFuture<VerbResult> ended = new CompletableFuture<>();
    ended.thenRun(() -> Answers.fail(operation.answer(), failure));
    end.join(ended);
    keeper.reaper().end(active, end, Duration.ZERO);
    return false;
  }

  private DomainStatus running(StartOperation operation) {
    return switch (operation.mode()) {
      case RUNNING ->
          DomainStatus.of(DomainState.RUNNING, operation.source().running(), host.now());
      case PAUSED -> DomainStatus.of(DomainState.PAUSED, operation.source().standing(), host.now());
    };
  }

  /** The operation's bad end; it has undone everything. */
  @Override
  public void failed(StartOperation operation, BerthException failure) {
    mailbox.event(
        () -> {
          keeper.become(new Lifecycle.Off());
          if (isOfQemu(failure) && !operation.isCancelled()) {
            keeper.logLastMessages("its start failed: " + failure.getMessage());
          }
          return undone(operation, failure)
              .whenComplete(
                  (done, trouble) -> {
                    ledger.operation(Optional.empty());
                    operation
                        .answer()
                        .completeExceptionally(operation.isCancelled() ? cancelled() : failure);
                    operation
                        .cancellation()
                        .waiting()
                        .forEach(one -> one.complete(keeper.changed("the start was cancelled")));
                  });
        });
  }

  /** Whether what was spoken with QEMU says more about it. */
  private static boolean isOfQemu(BerthException failure) {
    return failure instanceof QemuRefusedException
        || failure instanceof OutcomeUnknownException
        || failure instanceof MachineLostException;
  }

  /** Nothing to record when nothing was: a refused start changes nothing. */
  private CompletionStage<?> undone(StartOperation operation, BerthException failure) {
    Optional<LaunchRecord> launch = ledger.launch();
    if (launch.isEmpty()) {
      return Mailbox.DONE;
    }
    return CompletableFuture.supplyAsync(() -> host.launcher().identify(launch.get()), host.files())
        .handleAsync(
            (identity, trouble) ->
                identity instanceof Identity.Gone
                    ? recordUndone(operation, failure)
                    : recordLeft(operation, launch.get(), failure),
            host.turns())
        .thenCompose(recorded -> recorded);
  }

  /** A process that would not end stays on record, and is looked at again. */
  private CompletionStage<Void> recordLeft(
      StartOperation operation, LaunchRecord launch, BerthException failure) {
    Intent start = new Intent(ledger.uuid(), "start", "{}", operation.actor(), host.now());
    keeper
        .adoption()
        .leftByStart(
            launch, start, "its start failed and could not be undone: " + failure.getMessage());
    return Mailbox.DONE;
  }

  private CompletionStage<Void> recordUndone(StartOperation operation, BerthException failure) {
    Optional<String> why =
        operation.isCancelled() ? Optional.empty() : Optional.ofNullable(failure.getMessage());
    DomainStatus status =
        keeper
            .managedSaves()
            .waiting(why)
            .orElseGet(
                () ->
                    new DomainStatus(
                        DomainState.SHUTOFF,
                        operation.isCancelled() ? StateReason.DESTROYED : StateReason.FAILED,
                        why,
                        host.now()));
    return keeper.record(Step.by(operation.actor()).status(status).launchEnds());
  }

  private BerthException cancelled() {
    return new InvalidStateException(
        "Domain '" + ledger.name() + "' was destroyed while it was starting.");
  }
}
