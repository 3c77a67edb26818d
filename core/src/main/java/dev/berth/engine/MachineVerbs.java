package dev.berth.engine;

import dev.berth.domain.DomainState;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineStalledException;
import dev.berth.host.VerbResult;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.QemuProcess;
import dev.berth.qapi.Cont;
import dev.berth.qapi.QueryStatus;
import dev.berth.qapi.Stop;
import dev.berth.qapi.SystemReset;
import dev.berth.qmp.Expectation;
import dev.berth.qmp.QmpConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Verbs on a live machine. Each sends its command, asks for the run state behind it, brings the
 * record in line, and answers; no thread waits meanwhile, however many QEMUs are stuck. Runs in the
 * driver's turns.
 */
final class MachineVerbs {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  MachineVerbs(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
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
    boolean goOn = ledger.status().state() == DomainState.CRASHED;
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

  CompletionStage<?> destroy(Duration grace, String actor, CompletableFuture<VerbResult> answer) {
    Lifecycle now = keeper.lifecycle();
    if (now instanceof Lifecycle.Starting starting) {
      starting.operation().cancel(answer);
      return Mailbox.DONE;
    }
    if (now instanceof Lifecycle.Ending ending) {
      ending.end().join(answer);
      return Mailbox.DONE;
    }
    if (now instanceof Lifecycle.Active active) {
      return end(active.machine().launch(), active.machine().process(), grace, actor, answer);
    }
    if (now instanceof Lifecycle.Adopting adopting) {
      return end(adopting.launch(), adopting.process(), grace, actor, answer);
    }
    if (now instanceof Lifecycle.Unadoptable unadoptable) {
      return destroyUnadoptable(unadoptable, grace, actor, answer);
    }
    answer.complete(
        new VerbResult(VerbResult.Effect.ALREADY, "it is shut off already", ledger.snapshot()));
    return Mailbox.DONE;
  }

  private CompletionStage<?> end(
      LaunchRecord launch,
      QemuProcess process,
      Duration grace,
      String actor,
      CompletableFuture<VerbResult> answer) {
    MachineEnd end = new MachineEnd(MachineEnd.Cause.DESTROY, actor);
    end.join(answer);
    return keeper.end(launch, process, end, grace);
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
      return end(unadoptable.launch(), unadoptable.process().get(), grace, actor, answer);
    }
    return keeper
        .recheck(unadoptable.launch())
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
        .exceptionally(failure -> DomainDriver.fail(answer, failure));
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
        answer,
        active -> {
          MachineWatch.VerbInFlight inFlight =
              new MachineWatch.VerbInFlight(verb, actor, hasDeadline, answer);
          active.watch().add(inFlight);
          QmpConnection qmp = active.machine().qmp();
          command
              .apply(qmp)
              .thenCompose(done -> qmp.send(new QueryStatus()))
              .whenComplete(
                  (status, failure) ->
                      mailbox.event(
                          () ->
                              failure == null
                                  ? answered(active, inFlight, status.status().value())
                                  : refused(active, inFlight, failure)));
          return Mailbox.DONE;
        });
  }

  private CompletionStage<?> answered(
      Lifecycle.Active active, MachineWatch.VerbInFlight verb, String runState) {
    active.watch().answered();
    CompletionStage<?> observed =
        keeper.lifecycle() == active
            ? keeper.observe(active, runState, verb.actor())
            : Mailbox.DONE;
    return observed.thenRun(
        () -> {
          active.watch().remove(verb);
          verb.answer().complete(keeper.changed(""));
        });
  }

  private CompletionStage<?> refused(
      Lifecycle.Active active, MachineWatch.VerbInFlight verb, Throwable failure) {
    active.watch().remove(verb);
    verb.answer().completeExceptionally(MachineKeeper.cause(failure));
    return Mailbox.DONE;
  }

  /** Runs the action on the live machine, unless QEMU is stalled and the caller has no deadline. */
  CompletionStage<?> onLiveMachine(
      Verb verb,
      boolean hasDeadline,
      CompletableFuture<VerbResult> answer,
      Function<Lifecycle.Active, CompletionStage<?>> action) {
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
              + active.watch().livenessSince()
              + ". Give a deadline to wait for it, or destroy the domain.");
    }
    return action.apply(active);
  }
}
