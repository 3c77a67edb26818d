package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.qemu.RunStates;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Failure;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.guest.GuestAgent;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qapi.runstate.StatusInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the record in line with QEMU's run state. Runs in the driver's turns.
 *
 * <p>Why the state is always asked for: events and replies cross (an event can come before the
 * reply of its command), and events are missed while no host process runs. So an event or a reply
 * is a reason to ask {@code query-status}, and the answer decides. One question is in flight at a
 * time, so that answers cannot overtake each other; whoever wants to know meanwhile shares the next
 * one.
 */
final class RunStateFollower {
  private static final Logger LOG = LoggerFactory.getLogger(RunStateFollower.class);

  static final Failure PANIC = new Failure(Failure.Kind.GUEST_PANICKED, "the guest has panicked");

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  RunStateFollower(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /**
   * Asks QEMU for its run state.
   *
   * @return completes, in a turn, when an answer to a question sent after this call is on record;
   *     no turn may wait for it
   */
  CompletableFuture<Void> ask(Lifecycle.Active active) {
    MachineWatch watch = active.watch();
    CompletableFuture<Void> next = watch.nextAnswer();
    if (!watch.asking()) {
      send(active);
    }
    return next;
  }

  private void send(Lifecycle.Active active) {
    CompletableFuture<Void> asked = active.watch().beginAsking();
    active
        .machine()
        .qmp()
        .send(new QueryStatus())
        .whenComplete(
            (status, failure) -> mailbox.event(() -> answered(active, asked, status, failure)));
  }

  private CompletionStage<?> answered(
      Lifecycle.Active active,
      CompletableFuture<Void> asked,
      @Nullable StatusInfo status,
      @Nullable Throwable failure) {
    MachineWatch watch = active.watch();
    boolean again = watch.endAsking();
    if (again) {
      send(active); // on a connection that has ended it fails, which is what those who ask get
    }
    if (status == null) {
      asked.completeExceptionally(Answers.cause(failure));
      return Mailbox.DONE;
    }
    watch.answered();
    CompletionStage<?> observed =
        keeper.lifecycle() == active
            ? observe(active, status.status().value(), watch.actor())
            : Mailbox.DONE;
    return observed.thenRun(() -> asked.complete(null));
  }

  /** Brings the record in line with the run state that QEMU has told. */
  private CompletionStage<?> observe(Lifecycle.Active active, String runState, String actor) {
    DomainStatus before = ledger.status();
    DomainStatus plain =
        RunStates.interpret(runState, active.watch().panicked(), before, host.now());
    DomainStatus status = keeper.features().named(active.watch().explained(plain, before));
    if (status.equals(before) || isPassing(plain, active) || isOfSwitch(status, active)) {
      return Mailbox.DONE;
    }
    if (!ledger.allows(status)) {
      LOG.warn(
          "Domain '{}': QEMU says {}, which cannot follow {}; ignored",
          ledger.name(),
          runState,
          before.state().text());
      return Mailbox.DONE;
    }
    Step step = Step.by(actor).status(status);
    if (status.state() == DomainState.CRASHED
        && before.state() != DomainState.CRASHED
        && !keeper.shutdowns().isAwaited()) {
      step.failure(PANIC);
    }
    return keeper
        .record(step)
        .thenRun(
            () -> {
              follow(active, status);
              if (status.state() == DomainState.RUNNING) {
                keeper.fdsets().settle(active);
              }
            });
  }

  /**
   * A reset that brings a guest back stops its CPUs only until they go on, which is asked again.
   */
  private boolean isPassing(DomainStatus status, Lifecycle.Active active) {
    DomainState before = ledger.status().state();
    return status.state() == DomainState.PAUSED
        && (before == DomainState.CRASHED || before == DomainState.PMSUSPENDED)
        && active.watch().verbs().stream().anyMatch(inFlight -> inFlight.verb() == Verb.RESET);
  }

  /** A guest that changes hosts waits for the commits of that, and for none of its own. */
  private boolean isOfSwitch(DomainStatus status, Lifecycle.Active active) {
    return keeper.features().isOfSwitch(active.machine().launch(), status);
  }

  /** A guest that has shut down leaves a process to be reaped; its agent learns of its sleep. */
  void follow(Lifecycle.Active active, DomainStatus status) {
    if (status.state() == DomainState.PMSUSPENDED) {
      active.agent().agent().ifPresent(GuestAgent::suspended);
    }
    if (status.reason() == StateReason.IOERROR) {
      mailbox.event(
          () -> keeper.lifecycle() == active ? keeper.features().stopped(active) : Mailbox.DONE);
    }
    if (status.state() == DomainState.SHUTDOWN) {
      MachineEnd end = new MachineEnd(MachineEnd.Cause.GUEST_SHUTDOWN, Actors.GUEST);
      mailbox.event(
          () ->
              keeper.lifecycle() == active
                  ? keeper.reaper().end(active, end, host.settings().reapGrace())
                  : Mailbox.DONE);
    }
  }
}
