package dev.berth.engine;

import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.GuestPatience;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.VerbResult;
import dev.berth.qapi.machine.SystemPowerdown;
import dev.berth.store.Change;
import dev.berth.store.Intent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * Guests that were asked to shut down, and callers that wait for it. A request is only a button
 * pressed: the domain stays open to every other verb meanwhile. A guest that was not up yet has not
 * heard it, so it is pressed again as long as somebody waits. Owned by the driver.
 */
final class ShutdownRequests {
  private record Waiting(
      ShutdownPolicy policy,
      String actor,
      CompletableFuture<VerbResult> answer,
      Future<?> expiry) {}

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final List<Waiting> waiting = new ArrayList<>();

  ShutdownRequests(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /**
   * Records the request, presses the power button, and answers when the guest is off or time is up.
   */
  CompletionStage<?> ask(
      Lifecycle.Active active,
      ShutdownPolicy policy,
      String actor,
      CompletableFuture<VerbResult> answer) {
    Step step =
        Step.by(actor)
            .intent(
                new Intent(
                    ledger.uuid(),
                    "shutdown",
                    "{\"timeout\":\"" + policy.timeout() + "\"}",
                    actor,
                    host.now()))
            .policy(Step.Policy.OVERRIDDEN)
            .event(
                EventTypes.SHUTDOWN_REQUESTED,
                Map.of("timeout", policy.timeout().toString(), "then", then(policy)));
    return ledger
        .request(step)
        .thenRun(
            () -> {
              await(policy, actor, answer);
              press(active, answer, 1);
            })
        .exceptionally(
            failure -> {
              answer.completeExceptionally(Answers.cause(failure));
              return null;
            });
  }

  private void press(Lifecycle.Active active, CompletableFuture<VerbResult> answer, int times) {
    host.timers()
        .after(
            GuestPatience.pause(times),
            () ->
                mailbox.event(
                    () -> {
                      if (isWaiting(answer) && keeper.lifecycle() == active) {
                        press(active, answer, times + 1);
                      }
                      return Mailbox.DONE;
                    }));
    active
        .machine()
        .qmp()
        .send(new SystemPowerdown())
        .whenComplete((done, failure) -> failed(answer, failure));
  }

  private boolean isWaiting(CompletableFuture<VerbResult> answer) {
    return waiting.stream().anyMatch(one -> one.answer() == answer);
  }

  /** Whether somebody waits for the guest to end: then no end of it is a failure. */
  boolean isAwaited() {
    return !waiting.isEmpty();
  }

  /**
   * Keeps a verb from changing the machine of a guest that is being shut down.
   *
   * @throws BusyException when it is
   */
  void requireNone(Verb verb) {
    if (isAwaited()) {
      throw new BusyException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "': its guest is being shut down. Wait until it is, or until that is given up.");
    }
  }

  private static String then(ShutdownPolicy policy) {
    return switch (policy.afterwards()) {
      case KEEP_RUNNING -> "keep running";
      case DESTROY -> "destroy";
    };
  }

  /**
   * A refused power button ends the wait at once; a lost connection is the end of the machine's
   * affair.
   */
  private void failed(CompletableFuture<VerbResult> answer, Throwable failure) {
    if (failure != null
        && !(Answers.cause(failure) instanceof MachineLostException)
        && !(Answers.cause(failure) instanceof OutcomeUnknownException)) {
      mailbox.event(
          () -> {
            waiting.removeIf(one -> one.answer() == answer);
            answer.completeExceptionally(Answers.cause(failure));
            return closeIntent();
          });
    }
  }

  private void await(ShutdownPolicy policy, String actor, CompletableFuture<VerbResult> answer) {
    Future<?> expiry =
        host.timers().after(policy.timeout(), () -> mailbox.event(() -> expired(answer)));
    waiting.add(new Waiting(policy, actor, answer, expiry));
  }

  private CompletionStage<?> expired(CompletableFuture<VerbResult> answer) {
    Waiting due = waiting.stream().filter(one -> one.answer() == answer).findFirst().orElse(null);
    if (due == null) {
      return Mailbox.DONE;
    }
    waiting.remove(due);
    return switch (due.policy().afterwards()) {
      case KEEP_RUNNING -> stillRunning(due);
      case DESTROY -> destroy(due);
    };
  }

  private CompletionStage<?> stillRunning(Waiting due) {
    return closeIntent()
        .thenRun(
            () ->
                due.answer()
                    .completeExceptionally(
                        new DeadlineExceededException(
                            "Domain '"
                                + ledger.name()
                                + "' is still running: its guest did not shut down within "
                                + seconds(due.policy().timeout())
                                + ". It may be busy, or ignore the power button. Ask again with a"
                                + " longer timeout, or destroy it.")));
  }

  private CompletionStage<?> destroy(Waiting due) {
    if (keeper.lifecycle() instanceof Lifecycle.Active active) {
      MachineEnd end = new MachineEnd(MachineEnd.Cause.DESTROY, due.actor());
      end.join(due.answer());
      return keeper.reaper().end(active, end, host.settings().reapGrace());
    }
    waiting.add(due); // it is ending already: answered with the others when it is gone
    return Mailbox.DONE;
  }

  /**
   * The machine is gone: everybody has what they waited for, or learns that it went another way.
   */
  void ended(DomainStatus status) {
    for (Waiting one : waiting) {
      one.expiry().cancel(false);
      if (status.reason() == StateReason.CRASHED) {
        one.answer()
            .completeExceptionally(
                new MachineLostException(
                    "Domain '"
                        + ledger.name()
                        + "' was asked to shut down, and then: "
                        + status.detail().orElse("its machine was lost")
                        + "."));
      } else {
        String otherwise = status.reason() == StateReason.SHUTDOWN ? "" : status.reason().text();
        one.answer().complete(keeper.changed(otherwise));
      }
    }
    waiting.clear();
  }

  private CompletionStage<Void> closeIntent() {
    return waiting.isEmpty()
        ? keeper.record(Step.by(Actors.HOST).change(new Change.RemoveIntent(ledger.uuid())))
        : Mailbox.DONE;
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
