package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.AttachIntent;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
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
 * What becomes of one domain's launch on record: when its host process has been restarted, and when
 * its machine could not be adopted the last time. The table is {@code docs/recovery.md}. Runs in
 * the driver's turns. Never ends a machine, save one whose destruction was on record, or whose
 * guest never ran.
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

  /**
   * Looks at the launch's machine and decides. Looking is file work, and what it finds is as good
   * an answer as an error is: a launch that cannot be looked at is left alone.
   */
  CompletionStage<?> decide(LaunchRecord launch, Optional<Intent> intent) {
    return CompletableFuture.supplyAsync(() -> host.launcher().identify(launch), host.files())
        .exceptionally(
            failure ->
                new Identity.Unprovable(
                    "looking at it failed: " + Answers.cause(failure).getMessage()))
        .thenComposeAsync(identity -> decide(launch, intent, identity), host.turns());
  }

  private CompletionStage<?> decide(
      LaunchRecord launch, Optional<Intent> intent, Identity identity) {
    if (identity instanceof Identity.Alive alive) {
      return found(launch, alive.process(), intent);
    }
    if (identity instanceof Identity.Gone gone) {
      return ended(launch, intent, gone.exit());
    }
    if (identity instanceof Identity.Abandoned && isStart(intent)) {
      return ended(launch, intent, ProcessExit.UNKNOWN);
    }
    keeper.adoption().unadoptable(launch, Optional.empty(), intent, doubt(identity));
    return Mailbox.DONE;
  }

  private static boolean isStart(Optional<Intent> intent) {
    return intent.filter(cut -> cut.verb().equals("start")).isPresent();
  }

  /** Whether the intent is about a part of the machine, and not about its life. */
  static boolean isAboutParts(Intent intent) {
    return AttachIntent.is(intent) || AdjustIntent.is(intent);
  }

  private static String doubt(Identity identity) {
    return identity instanceof Identity.Unprovable unprovable
        ? unprovable.reason()
        : "its launch was being taken back, and no start of it is on record";
  }

  private CompletionStage<?> found(
      LaunchRecord launch, QemuProcess process, Optional<Intent> intent) {
    if (intent.filter(cut -> cut.verb().equals("destroy")).isPresent()) {
      keeper.reaper().watchExit(launch, process);
      MachineEnd end = new MachineEnd(MachineEnd.Cause.DESTROY, intent.get().actor());
      return keeper.reaper().end(launch, process, end, host.settings().reapGrace());
    }
    keeper.adoption().adopt(launch, process, intent, "the host process was restarted");
    return Mailbox.DONE;
  }

  private CompletionStage<?> ended(LaunchRecord launch, Optional<Intent> intent, ProcessExit exit) {
    DomainStatus status =
        keeper
            .managedSaves()
            .afterwards(launch)
            .or(() -> keeper.features().migrated(launch))
            .orElseGet(() -> after(intent, exit));
    Step step = Step.by(Actors.HOST).status(status).launchEnds();
    if (intent.filter(cut -> !isAboutParts(cut)).isEmpty()) {
      Endings.failure(status, exit).ifPresent(step::failure);
    }
    intent.ifPresent(
        cut ->
            step.event(
                EventTypes.RECOVERED,
                Map.of("verb", cut.verb(), "decision", "its machine is gone")));
    if (isStart(intent)) {
      return undoStart(launch, intent, step);
    }
    return keeper
        .reaper()
        .onFiles(() -> host.launcher().removeRunDirectory(launch))
        .thenCompose(cleaned -> keeper.reaper().ended(step));
  }

  /**
   * A start that was cut off may have a process that shows itself only now. One that cannot be
   * ended stays on record.
   */
  private CompletionStage<?> undoStart(LaunchRecord launch, Optional<Intent> intent, Step step) {
    return CompletableFuture.runAsync(() -> host.launcher().abort(launch), host.patient())
        .handleAsync(
            (aborted, failure) -> {
              if (failure == null) {
                return keeper.reaper().ended(step);
              }
              String why = Answers.cause(failure).getMessage();
              keeper
                  .adoption()
                  .unadoptable(
                      launch, Optional.empty(), intent, "its start could not be undone: " + why);
              return Mailbox.DONE;
            },
            host.turns())
        .thenCompose(ended -> ended);
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
