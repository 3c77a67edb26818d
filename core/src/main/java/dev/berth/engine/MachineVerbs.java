package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.qemu.MachineWatch;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineStalledException;
import dev.berth.host.VerbResult;
import dev.berth.qapi.machine.InjectNmi;
import dev.berth.qapi.machine.SystemReset;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.misc.Stop;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Verbs on a live machine. Each sends its command, has the run state asked for behind it, and
 * answers when that is on record; no thread waits meanwhile, however many QEMUs are stuck. Runs in
 * the driver's turns.
 */
final class MachineVerbs {
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  MachineVerbs(Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  CompletionStage<?> pause(
      String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {
    return command(Verb.PAUSE, actor, hasDeadline, answer, qmp -> qmp.send(new Stop()));
  }

  CompletionStage<?> resume(
      String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {
    return command(Verb.RESUME, actor, hasDeadline, answer, qmp -> qmp.send(new Cont()));
  }

  CompletionStage<?> reset(
      String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {
    DomainState state = ledger.status().state();
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      active.news().resetAsked();
    }
    boolean goOn = state == DomainState.CRASHED || state == DomainState.PMSUSPENDED;
    return command(Verb.RESET, actor, hasDeadline, answer, qmp -> reset(qmp, goOn));
  }

  /** Waits until the reset has happened: QEMU answers the command before that. */
  private static CompletionStage<?> reset(QmpConnection qmp, boolean goOn) {
    Expectation reset = qmp.expect(event -> event.name().equals("RESET"));
    return qmp.send(new SystemReset())
        .thenCompose(sent -> reset.future())
        .thenCompose(
            happened ->
                goOn
                    ? qmp.send(new Cont()).thenApply(going -> true)
                    : CompletableFuture.completedStage(true))
        .whenComplete((done, failure) -> reset.close());
  }

  /** Who does it is on record first. */
  CompletionStage<?> injectNmi(
      String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {
    return onLiveMachine(
        Verb.INJECT_NMI,
        hasDeadline,
        active ->
            ledger
                .request(Step.by(actor).event(EventTypes.NMI_INJECTED, Map.of()))
                .thenCompose(
                    told ->
                        command(
                            Verb.INJECT_NMI,
                            actor,
                            hasDeadline,
                            answer,
                            qmp -> qmp.send(new InjectNmi())))
                .exceptionally(failure -> Answers.fail(answer, failure)));
  }

  CompletionStage<?> destroy(Duration grace, String actor, CompletableFuture<VerbResult> answer) {
    Lifecycle now = keeper.lifecycle();
    if (now instanceof Lifecycle.Starting starting) {
      return keeper.restarts().override(actor).thenRun(() -> starting.operation().cancel(answer));
    }
    if (now instanceof Lifecycle.Ending ending) {
      return keeper
          .restarts()
          .override(actor)
          .thenRun(() -> keeper.reaper().join(ending, grace, answer));
    }
    if (now instanceof Lifecycle.Active active) {
      return keeper.reaper().end(active, destruction(actor, answer), grace);
    }
    if (now instanceof Lifecycle.Adopting adopting) {
      MachineEnd end = destruction(actor, answer);
      return keeper.reaper().end(adopting.launch(), adopting.process(), end, grace);
    }
    if (now instanceof Lifecycle.Unadoptable unadoptable) {
      return destroyUnadoptable(unadoptable, grace, actor, answer);
    }
    if (now instanceof Lifecycle.Unreadable unreadable) {
      return keeper.reaper().endUnreadable(unreadable, actor, grace, answer);
    }
    return keeper.restarts().stayOff(actor, answer);
  }

  private static MachineEnd destruction(String actor, CompletableFuture<VerbResult> answer) {
    MachineEnd end = new MachineEnd(MachineEnd.Cause.DESTROY, actor);
    end.join(answer);
    return end;
  }

  /**
   * Only a process that is proven to be ours is ended; else what there is to see is looked at
   * again.
   */
  private CompletionStage<?> destroyUnadoptable(
      Lifecycle.Unadoptable unadoptable,
      Duration grace,
      String actor,
      CompletableFuture<VerbResult> answer) {
    if (unadoptable.process().isPresent()) {
      MachineEnd end = destruction(actor, answer);
      return keeper.reaper().end(unadoptable.launch(), unadoptable.process().get(), end, grace);
    }
    return keeper
        .adoption()
        .lookAgain(unadoptable)
        .thenCompose(
            looked -> {
              if (keeper.lifecycle() instanceof Lifecycle.Unadoptable still) {
                throw new HostFailureException(
                    "Cannot destroy domain '"
                        + ledger.name()
                        + "': it cannot be proved which process is its QEMU ("
                        + ledger.snapshot().status().detail().orElse("")
                        + "). Look at incarnation "
                        + still.launch().incarnation()
                        + " by hand; nothing was signalled.");
              }
              return destroy(grace, actor, answer);
            })
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  // ---- one command

  private CompletionStage<?> command(
      Verb verb,
      String actor,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer,
      Function<QmpConnection, CompletionStage<?>> command) {
    return onLiveMachine(
        verb,
        hasDeadline,
        active -> {
          MachineWatch.VerbInFlight inFlight =
              new MachineWatch.VerbInFlight(verb, actor, hasDeadline, answer);
          active.watch().add(inFlight);
          QmpConnection qmp = active.machine().qmp();
          command
              .apply(qmp)
              .whenComplete(
                  (done, failure) ->
                      mailbox.event(
                          () -> {
                            if (failure == null) {
                              verify(active, inFlight);
                            } else {
                              end(active, inFlight, failure);
                            }
                            return Mailbox.DONE;
                          }));
          return Mailbox.DONE;
        });
  }

  /** QEMU has done it; what it is doing now goes on record before the caller is told. */
  private void verify(Lifecycle.Active active, MachineWatch.VerbInFlight verb) {
    if (keeper.lifecycle() == active) {
      keeper.runStates().ask(active).whenComplete((told, failure) -> end(active, verb, failure));
    } else {
      end(active, verb, null);
    }
  }

  private void end(
      Lifecycle.Active active, MachineWatch.VerbInFlight verb, @Nullable Throwable failure) {
    active.watch().remove(verb);
    if (failure == null) {
      verb.answer().complete(keeper.changed(""));
    } else {
      verb.answer().completeExceptionally(Answers.cause(failure));
    }
  }

  /** Fails that answer when QEMU stalls meanwhile and the caller has no deadline. */
  void watch(
      Lifecycle.Active active,
      Verb verb,
      String actor,
      boolean hasDeadline,
      CompletableFuture<?> answer) {
    CompletableFuture<VerbResult> stalled = new CompletableFuture<>();
    stalled.exceptionally(failure -> Answers.fail(answer, failure));
    MachineWatch.VerbInFlight inFlight =
        new MachineWatch.VerbInFlight(verb, actor, hasDeadline, stalled);
    active.watch().add(inFlight);
    answer.whenComplete(
        (done, failure) ->
            mailbox.event(
                () -> {
                  active.watch().remove(inFlight);
                  return Mailbox.DONE;
                }));
  }

  /** Runs the action on the live machine, unless QEMU is stalled and the caller has no deadline. */
  CompletionStage<?> onLiveMachine(
      Verb verb, boolean hasDeadline, Function<Lifecycle.Active, CompletionStage<?>> action) {
    if (!(keeper.lifecycle() instanceof Lifecycle.Active active)) {
      throw new InvalidStateException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "': its machine is just ending. Wait until it is shut off.");
    }
    if (active.watch().isStalled() && !hasDeadline) {
      throw new MachineStalledException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "': its QEMU has not answered since "
              + active.watch().livenessSince().truncatedTo(ChronoUnit.SECONDS)
              + ". Give a deadline to wait for it, or destroy the domain.");
    }
    return action.apply(active);
  }
}
