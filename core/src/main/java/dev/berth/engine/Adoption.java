package dev.berth.engine;

import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.QemuNews;
import dev.berth.engine.qemu.RunStates;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.QemuProcess;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.QmpConnection;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes up machines that are proven to be ours: from before this process, or after their connection
 * was lost. Runs in the driver's turns.
 *
 * <pre>
 *   found ──► adopting ──connected, told its run state──► active
 *                │  ▲                                        │
 *       no monitor  └── looked at again ──┐       connection lost, process alive
 *                ▼                        │                  │
 *           unadoptable ──every 10 s──────┘    adopting ◄────┘
 * </pre>
 */
final class Adoption {
  /** How long a process may outlive its closed monitor before it is adopted anew. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How often an unadoptable machine is tried again. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  Adoption(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Begins to adopt; a domain shown as unadoptable stays so until its machine answers. */
  void adopt(LaunchRecord launch, QemuProcess process, Optional<Intent> intent, String why) {
    Lifecycle.Adopting adopting =
        new Lifecycle.Adopting(launch, process, intent, System.nanoTime());
    boolean again = keeper.lifecycle() instanceof Lifecycle.Unadoptable;
    keeper.become(adopting);
    intent.ifPresent(keeper.features()::found);
    if (!again) {
      show(DomainState.ADOPTING, StateReason.RESTARTED, why);
    }
    keeper.showMachine(launch, process, Liveness.RESPONSIVE, host.now());
    keeper.reaper().watchExit(launch, process);
    reconnect(adopting);
  }

  private void reconnect(Lifecycle.Adopting adopting) {
    QemuNews news = new QemuNews(keeper.recorder(), keeper.feed());
    CompletableFuture<QmpConnection> connected =
        host.launcher().reconnect(adopting.launch(), adopting.process(), news);
    connected
        .thenCompose(
            qmp ->
                qmp.send(new QueryStatus())
                    .thenAccept(
                        status ->
                            mailbox.event(
                                () -> adopted(adopting, qmp, news, status.status().value()))))
        .exceptionally(
            failure -> {
              mailbox.event(() -> failed(adopting, connected, Answers.cause(failure)));
              return null;
            });
  }

  private CompletionStage<?> adopted(
      Lifecycle.Adopting adopting, QmpConnection qmp, QemuNews news, String runState) {
    if (keeper.lifecycle() != adopting) {
      qmp.close();
      return Mailbox.DONE;
    }
    Optional<Intent> intent = adopting.intent();
    Lifecycle.Active active =
        keeper.activate(
            new Machine(adopting.launch(), adopting.process(), qmp), news, AgentState.UNKNOWN);
    if (intent.filter(cut -> StartIntent.hasNotRun(cut, runState)).isPresent()) {
      // The guest of this launch never ran: there is nothing to keep.
      MachineEnd end = new MachineEnd(MachineEnd.Cause.START_UNDONE, Actors.HOST);
      return keeper.reaper().end(active, end, Duration.ZERO);
    }
    DomainStatus status = RunStates.interpret(runState, false, ledger.status(), host.now());
    Step step =
        keeper
            .managedSaves()
            .release(Step.by(Actors.HOST).status(status).event(EventTypes.ADOPTED, Map.of()));
    if (status.state() == DomainState.CRASHED
        && status != ledger.status()
        && intent.filter(cut -> !Recovery.isAboutParts(cut)).isEmpty()) {
      step.failure(RunStateFollower.PANIC);
    }
    intent
        .filter(cut -> !Recovery.isAboutParts(cut))
        .ifPresent(
            cut ->
                step.change(new Change.RemoveIntent(ledger.uuid()))
                    .event(
                        EventTypes.RECOVERED,
                        Map.of("verb", cut.verb(), "decision", "found " + status.state().text())));
    return keeper.record(step).thenRun(() -> resume(active, status, intent));
  }

  /** What was under way with the machine goes on. */
  private void resume(Lifecycle.Active active, DomainStatus status, Optional<Intent> intent) {
    keeper.features().adopted(active, intent);
    keeper.runStates().follow(active, status);
    keeper.fdsets().settle(active);
  }

  private CompletionStage<?> failed(
      Lifecycle.Adopting adopting, CompletableFuture<QmpConnection> connected, Throwable failure) {
    if (!connected.isCompletedExceptionally()) {
      connected.join().close();
    }
    if (keeper.lifecycle() == adopting
        && adopting.process().condition() != QemuProcess.Condition.GONE) {
      unadoptable(
          adopting.launch(),
          Optional.of(adopting.process()),
          adopting.intent(),
          String.valueOf(failure.getMessage()));
    }
    return Mailbox.DONE;
  }

  /** Shows a machine that does not answer for what it is. */
  void check(Lifecycle.Adopting adopting) {
    long waitedNanos = System.nanoTime() - adopting.sinceNanos();
    boolean silent = waitedNanos > host.settings().overdue().multipliedBy(2).toNanos();
    boolean stopped = adopting.process().condition() == QemuProcess.Condition.STOPPED;
    boolean known =
        ledger.snapshot().machine().filter(it -> it.liveness() == Liveness.STALLED).isPresent();
    if ((silent || stopped) && !known) {
      keeper.showMachine(
          adopting.launch(),
          adopting.process(),
          Liveness.STALLED,
          host.now().minusNanos(waitedNanos));
    }
  }

  // ---- machines that cannot be adopted

  /** Leaves a machine alone that cannot be adopted, says why, and tries again later. */
  void unadoptable(
      LaunchRecord launch, Optional<QemuProcess> process, Optional<Intent> intent, String why) {
    Lifecycle.Unadoptable left = new Lifecycle.Unadoptable(launch, process, intent);
    keeper.become(left);
    DomainStatus shown = ledger.snapshot().status();
    if (shown.state() != DomainState.NOSTATE || !shown.detail().equals(Optional.of(why))) {
      show(DomainState.NOSTATE, StateReason.UNADOPTABLE, why);
    }
    host.timers()
        .after(
            RETRY,
            () -> mailbox.event(() -> keeper.lifecycle() == left ? lookAgain(left) : Mailbox.DONE));
  }

  /** Keeps on record what a start that failed may have left. */
  void leftByStart(LaunchRecord launch, Intent start, String why) {
    show(DomainState.ADOPTING, StateReason.RESTARTED, "looking at what a failed start has left");
    unadoptable(launch, Optional.empty(), Optional.of(start), why);
  }

  /** Looks once more at a machine that could not be adopted. */
  CompletionStage<?> lookAgain(Lifecycle.Unadoptable left) {
    return new Recovery(host, ledger, keeper).decide(left.launch(), left.intent());
  }

  // ---- lost connections

  /** Adopts the machine anew when its connection ends and its process does not. */
  void watchConnection(Lifecycle.Active active) {
    active
        .machine()
        .qmp()
        .disconnected()
        .thenAccept(
            why ->
                host.timers()
                    .after(LINGER, () -> mailbox.event(() -> lost(active, why.message()))));
  }

  private CompletionStage<?> lost(Lifecycle.Active active, String why) {
    Machine machine = active.machine();
    if (keeper.lifecycle() == active
        && machine.process().condition() != QemuProcess.Condition.GONE) {
      machine.qmp().close();
      keeper.logLastMessages("the connection to QEMU was lost: " + why);
      adopt(
          machine.launch(),
          machine.process(),
          keeper.features().unsettled(),
          "the connection to QEMU was lost: " + why);
    }
    return Mailbox.DONE;
  }

  private void show(DomainState state, StateReason reason, String why) {
    ledger.show(new DomainStatus(state, reason, Optional.of(why), host.now()));
  }
}
