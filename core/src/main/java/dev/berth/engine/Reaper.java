package dev.berth.engine;

import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.step.Step;
import dev.berth.engine.thread.Mailbox;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.qmp.QmpConnection;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends machines, and sees to what is left when one has ended. Runs in the driver's turns.
 *
 * <p>The order when a process is gone: its run directory first, then the record. A host process
 * that dies between the two finds the record and no process, and comes to the same end.
 */
final class Reaper {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private @Nullable QemuProcess watched;

  Reaper(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** Ends a live machine. */
  CompletionStage<?> end(Lifecycle.Active active, MachineEnd end, Duration grace) {
    return end(
        active.machine().launch(),
        active.machine().process(),
        Optional.of(active.machine().qmp()),
        end,
        grace,
        active.watch().isStalled());
  }

  /** Ends a machine that does not talk to us. */
  CompletionStage<?> end(LaunchRecord launch, QemuProcess process, MachineEnd end, Duration grace) {
    return end(launch, process, Optional.empty(), end, grace, false);
  }

  /**
   * Ends the process: SIGTERM, and SIGKILL after the grace or at once when QEMU does not answer. A
   * destruction is put on record before; it goes on when the store does not take it.
   */
  private CompletionStage<?> end(
      LaunchRecord launch,
      QemuProcess process,
      Optional<QmpConnection> qmp,
      MachineEnd end,
      Duration grace,
      boolean stalled) {
    Lifecycle.Ending ending = new Lifecycle.Ending(launch, process, end, qmp);
    keeper.become(ending);
    if (end.cause() != MachineEnd.Cause.DESTROY) {
      signal(ending, grace, stalled);
      return Mailbox.DONE;
    }
    ledger.operation(Optional.of(new OperationSummary("destroy", end.actor(), host.now())));
    Intent intent = new Intent(ledger.uuid(), "destroy", "{}", end.actor(), host.now());
    Step step = Step.by(end.actor()).intent(intent).policy(Step.Policy.OVERRIDDEN);
    return keeper
        .record(keeper.features().destroyed(step, end.actor()))
        .thenRun(() -> signal(ending, grace, stalled));
  }

  /**
   * Ends the machine of a launch that cannot be read, as far as it can be proved to be that; what
   * cannot be proved leaves everything as it is.
   *
   * @param grace at most the host's own, for the domain's turn waits meanwhile
   */
  CompletionStage<?> endUnreadable(
      Lifecycle.Unreadable unreadable,
      String actor,
      Duration grace,
      CompletableFuture<VerbResult> answer) {
    Duration limit = host.settings().reapGrace();
    Duration patience = grace.compareTo(limit) < 0 ? grace : limit;
    String incarnation = unreadable.incarnation();
    DomainStatus off =
        new DomainStatus(
            DomainState.SHUTOFF,
            StateReason.UNKNOWN,
            Optional.of("its launch record could not be read; nothing of its machine is left"),
            host.now());
    return CompletableFuture.runAsync(
            () -> host.launcher().endUnreadable(ledger.uuid(), incarnation, patience),
            host.patient())
        .thenComposeAsync(gone -> ended(Step.by(actor).status(off).launchEnds()), host.turns())
        .thenRun(() -> answer.complete(keeper.changed("")));
  }

  /** Somebody else wants the machine gone that is ending already, and has their own patience. */
  void join(Lifecycle.Ending ending, Duration grace, CompletableFuture<VerbResult> answer) {
    ending.end().join(answer);
    killAfter(ending, grace, isStopped(ending));
  }

  private void signal(Lifecycle.Ending ending, Duration grace, boolean stalled) {
    boolean deaf = stalled || isStopped(ending);
    if (!deaf) {
      ending.process().terminate();
    }
    killAfter(ending, grace, deaf);
  }

  private static boolean isStopped(Lifecycle.Ending ending) {
    return ending.process().condition() == QemuProcess.Condition.STOPPED;
  }

  private void killAfter(Lifecycle.Ending ending, Duration grace, boolean deaf) {
    if (deaf) {
      ending.end().manner(MachineEnd.Manner.KILLED_STALLED);
      ending.process().kill();
      return;
    }
    host.timers()
        .after(
            grace,
            () ->
                mailbox.event(
                    () -> {
                      if (keeper.lifecycle() == ending) {
                        ending.end().manner(MachineEnd.Manner.KILLED_AFTER_GRACE);
                        ending.process().kill();
                      }
                      return Mailbox.DONE;
                    }));
  }

  /** Posts a turn when the process is gone; once, however often it is taken up again. */
  void watchExit(LaunchRecord launch, QemuProcess process) {
    if (process == watched) {
      return;
    }
    watched = process;
    process.exit().thenAccept(exit -> mailbox.event(() -> gone(launch.incarnation(), exit)));
  }

  private CompletionStage<?> gone(String incarnation, ProcessExit exit) {
    Optional<LaunchRecord> launch =
        ledger.launch().filter(record -> record.incarnation().equals(incarnation));
    Lifecycle before = keeper.lifecycle();
    if (launch.isEmpty() || before instanceof Lifecycle.Starting) {
      return Mailbox.DONE;
    }
    DomainStatus status =
        keeper
            .managedSaves()
            .afterwards(launch.get())
            .or(() -> keeper.features().migrated(launch.get()))
            .orElseGet(() -> Endings.of(before, ledger.status(), exit, host.now()));
    Step step = Step.by(Endings.actor(before)).status(status).launchEnds();
    if (!(before instanceof Lifecycle.Ending) && !keeper.shutdowns().isAwaited()) {
      Endings.failure(status, exit).ifPresent(step::failure);
    }
    hangUp(before);
    return onFiles(() -> host.launcher().removeRunDirectory(launch.get()))
        .thenCompose(
            removed -> {
              keeper.become(new Lifecycle.Off());
              return keeper.record(step);
            })
        .thenRun(
            () -> {
              ledger.operation(Optional.empty());
              answer(before, status);
            });
  }

  private static void hangUp(Lifecycle before) {
    if (before instanceof Lifecycle.Active active) {
      active.machine().qmp().close();
    } else if (before instanceof Lifecycle.Ending ending) {
      ending.qmp().ifPresent(QmpConnection::close);
    }
  }

  /** Cleans up where a turn must not; what cannot be removed keeps no domain from its end. */
  CompletionStage<Void> onFiles(Runnable cleaning) {
    return CompletableFuture.runAsync(cleaning, host.files())
        .exceptionally(
            failure -> {
              LOG.warn("Domain '{}': its files could not be removed", ledger.name(), failure);
              return null;
            })
        .thenRunAsync(() -> {}, host.turns()); // what follows is a turn's business
  }

  /** Records that a machine ended while nobody was looking. */
  CompletionStage<Void> ended(Step step) {
    keeper.become(new Lifecycle.Off());
    return keeper.record(step);
  }

  private void answer(Lifecycle before, DomainStatus status) {
    if (before instanceof Lifecycle.Ending ending) {
      String manner = ending.end().manner().text();
      ending.end().waiting().forEach(answer -> answer.complete(keeper.changed(manner)));
    }
    keeper.shutdowns().ended(status);
  }
}
