package dev.berth.engine;

import dev.berth.domain.EventTypes;
import dev.berth.domain.Liveness;
import dev.berth.engine.qemu.EventBudget;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.MachineStalledException;
import dev.berth.guest.GuestAgent;
import dev.berth.machine.QemuProcess;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Tells a busy QEMU from a stalled one. Runs as a turn, once a second for each live machine.
 *
 * <p>A machine nobody talks to is asked for its status now and then, so that a stall shows before a
 * caller runs into it. A command that is overdue starts a probe past QEMU's queue: answered means
 * busy, silence means stalled, and the kernel's word that the process is stopped settles it at
 * once.
 */
final class LivenessCheck {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final EventBudget budget;

  LivenessCheck(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
    this.budget = new EventBudget(host.now());
  }

  CompletionStage<?> check(Lifecycle.Active active) {
    Duration overdue = host.settings().overdue();
    Duration age = active.machine().qmp().oldestPendingAge();
    if (age.compareTo(overdue) < 0) {
      boolean idle = active.watch().nanosSinceAnswer() > host.settings().heartbeat().toNanos();
      if (idle || active.watch().asksAtTick()) {
        keeper.runStates().ask(active);
      }
      return become(
          active, Liveness.RESPONSIVE); // answers come in order: what was overdue is there
    }
    if (active.machine().process().condition() == QemuProcess.Condition.STOPPED) {
      return become(active, Liveness.STALLED);
    }
    if (age.compareTo(overdue.multipliedBy(2)) >= 0 && active.watch().probePending()) {
      return become(active, Liveness.STALLED);
    }
    probe(active);
    return Mailbox.DONE;
  }

  private void probe(Lifecycle.Active active) {
    if (!active.watch().mayProbe()) {
      return;
    }
    active
        .machine()
        .qmp()
        .probe()
        .whenComplete(
            (sign, failure) ->
                mailbox.event(
                    () -> {
                      active.watch().probed();
                      return failure == null
                              && active
                                      .machine()
                                      .qmp()
                                      .oldestPendingAge()
                                      .compareTo(host.settings().overdue())
                                  >= 0
                          ? become(active, Liveness.BUSY)
                          : Mailbox.DONE;
                    }));
  }

  private CompletionStage<?> become(Lifecycle.Active active, Liveness liveness) {
    if (!active.watch().liveness(liveness, host.now()) || keeper.lifecycle() != active) {
      return Mailbox.DONE;
    }
    keeper.showMachine(active);
    if (liveness == Liveness.STALLED) {
      failWaitingVerbs(active);
      active.agent().agent().ifPresent(GuestAgent::stalls);
    } else {
      active.agent().agent().ifPresent(GuestAgent::goesOn);
    }
    return budget.spend(host.now())
        ? keeper.record(
            Step.by(Actors.QEMU).event(EventTypes.LIVENESS, Map.of("liveness", liveness.text())))
        : Mailbox.DONE;
  }

  /** Whoever gave no deadline is told; what was asked stays with QEMU and may still happen. */
  private void failWaitingVerbs(Lifecycle.Active active) {
    for (MachineWatch.VerbInFlight verb : active.watch().verbs()) {
      if (!verb.hasDeadline()) {
        active.watch().remove(verb);
        verb.answer()
            .completeExceptionally(
                new MachineStalledException(
                    "Cannot "
                        + verb.verb().text()
                        + " domain '"
                        + ledger.name()
                        + "': its QEMU has stopped answering. The request stays with QEMU and may still"
                        + " take effect. Give a deadline to wait, or destroy the domain."));
      }
    }
  }
}
