package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.store.Intent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What becomes of one domain when its host process has been restarted; the table is {@code
 * docs/recovery.md}. Runs as a turn of the domain's driver. Never ends a machine, save one whose
 * destruction was on record, or whose guest never ran.
 */
final class Recovery {
  private final HostServices host;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  Recovery(HostServices host, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Decides about the launch that was on record when the store was opened. */
  CompletionStage<?> recover(LaunchRecord launch, Optional<Intent> intent) {
    Identity identity = host.launcher().identify(launch);
    if (identity instanceof Identity.Alive alive) {
      return found(launch, alive.process(), intent);
    }
    if (identity instanceof Identity.Gone gone) {
      return ended(launch, intent, gone.exit());
    }
    if (identity instanceof Identity.Unprovable unprovable) {
      adoptingFirst("looking at its machine");
      keeper.unadoptable(launch, Optional.empty(), unprovable.reason());
      return Mailbox.DONE;
    }
    throw new IllegalStateException("unknown identity " + identity);
  }

  /** Looks again at a machine that could not be adopted. */
  CompletionStage<?> lookAgain(LaunchRecord launch) {
    adoptingFirst("looking at its machine again");
    return recover(launch, Optional.empty());
  }

  private void adoptingFirst(String why) {
    ledger.show(
        new DomainStatus(
            DomainState.ADOPTING, StateReason.RESTARTED, Optional.of(why), host.now()));
  }

  private CompletionStage<?> found(
      LaunchRecord launch, QemuProcess process, Optional<Intent> intent) {
    keeper.adopt(launch, process, intent, "the host process was restarted");
    if (intent.filter(cut -> cut.verb().equals("destroy")).isPresent()) {
      MachineEnd end = new MachineEnd(MachineEnd.Cause.DESTROY, intent.get().actor());
      return keeper.end(launch, process, end, host.settings().reapGrace());
    }
    return Mailbox.DONE;
  }

  private CompletionStage<?> ended(LaunchRecord launch, Optional<Intent> intent, ProcessExit exit) {
    boolean starting = intent.filter(cut -> cut.verb().equals("start")).isPresent();
    if (starting) {
      adoptingFirst("undoing a start that was cut off");
    }
    return CompletableFuture.runAsync(() -> clean(launch, starting), host.files())
        .thenCompose(
            done -> {
              Step step = Step.by(Actors.HOST).status(after(intent, exit)).launchEnds();
              intent.ifPresent(
                  cut ->
                      step.event(
                          EventTypes.RECOVERED,
                          Map.of("verb", cut.verb(), "decision", "its machine is gone")));
              return keeper.ended(step);
            });
  }

  /** A start that was cut off may have a process that shows itself only now. */
  private void clean(LaunchRecord launch, boolean starting) {
    if (starting) {
      host.launcher().abort(launch);
    } else {
      host.launcher().removeRunDirectory(launch);
    }
  }

  private DomainStatus after(Optional<Intent> intent, ProcessExit exit) {
    String verb = intent.map(Intent::verb).orElse("");
    return switch (verb) {
      case "start" ->
          new DomainStatus(
              DomainState.SHUTOFF,
              StateReason.FAILED,
              Optional.of("the host process ended during the start, and its machine is gone"),
              host.now());
      case "destroy" -> DomainStatus.of(DomainState.SHUTOFF, StateReason.DESTROYED, host.now());
      default -> Endings.unexpected(ledger.status(), exit, false, host.now());
    };
  }
}
