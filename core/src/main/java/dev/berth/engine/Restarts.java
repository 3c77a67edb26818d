package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Policies;
import dev.berth.definition.Policies.Autostart;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.MachineEnd;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Failure;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.PolicyRules;
import dev.berth.engine.step.Step;
import dev.berth.engine.step.Verb;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.machine.HeldResources;
import dev.berth.store.PolicyState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a domain's policies have decided: {@link PolicyRules} decides, the {@link Ledger} keeps
 * it, and here it is done when it is due. Runs in the driver's turns.
 *
 * <p>What is due stays on record until its outcome is: a host process that ends in between leaves
 * it to the next one.
 */
final class Restarts {
  /** What is said of a verb that found a domain off, and keeps it so. */
  static final String CANCELLED = "it was shut off; its start was cancelled";

  /** How soon a start is tried again that found a job or too many starts in its way. */
  private static final Duration BUSY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);

  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private Optional<Instant> armedFor = Optional.empty();
  private Future<?> timer = CompletableFuture.completedFuture(null);

  Restarts(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** The host has been opened, and what it found of the domain is on record. */
  CompletionStage<Void> opened() {
    boolean unsettled =
        policies().autostart() == Autostart.ONCE_PER_BOOT
            && !host.boot().isEmpty()
            && !ledger.policyState().boot().equals(host.boot());
    if (unsettled) {
      // A machine that lives has been started in this boot: its domain needs no more. A guest that
      // waits in a file of somebody's is not to lose what it has there, which booting it from its
      // disks would do; from one of the host's it goes on.
      return keeper.record(
          Step.by(Actors.HOST)
              .policy(
                  keeper.lifecycle() instanceof Lifecycle.Off
                          && (ledger.status().reason() != StateReason.SAVED
                              || keeper.managedSaves().isHeld())
                          && ledger.status().reason() != StateReason.MIGRATED
                      ? Step.Policy.AUTOSTARTED
                      : Step.Policy.AUTOSTART_SETTLED));
    }
    follow();
    return CompletableFuture.completedStage(null);
  }

  private Policies policies() {
    return ledger.readable().map(DomainDefinition::policies).orElse(Policies.NONE);
  }

  /** Whether the host is about to start the domain, or to start it again. */
  boolean isDue() {
    return ledger.policyState().dueAt().isPresent();
  }

  /** A user's verb that has no other step to go on record with takes the domain into its hands. */
  CompletionStage<Void> override(String actor) {
    return isDue()
        ? keeper.record(Step.by(actor).policy(Step.Policy.OVERRIDDEN))
        : CompletableFuture.completedStage(null);
  }

  /** Answers a verb that wants the domain off, which it is; no start shall change that. */
  CompletionStage<Void> stayOff(String actor, CompletableFuture<VerbResult> answer) {
    if (!isDue()) {
      answer.complete(
          new VerbResult(VerbResult.Effect.ALREADY, "it is shut off already", ledger.snapshot()));
      return CompletableFuture.completedStage(null);
    }
    return ledger
        .request(Step.by(actor).policy(Step.Policy.OVERRIDDEN))
        .thenRun(() -> answer.complete(keeper.changed(CANCELLED)))
        .exceptionally(failure -> Answers.fail(answer, failure));
  }

  /** Sets the timer to what is on record now. */
  void follow() {
    PolicyState state = ledger.policyState();
    Optional<Instant> next =
        state.dueAt().or(() -> PolicyRules.recoveredAt(state, ledger.runningSince()));
    if (next.equals(armedFor)) {
      return;
    }
    timer.cancel(false);
    armedFor = next;
    Duration longest = isDue() ? PolicyRules.LONGEST_PAUSE : PolicyRules.LONG_UP;
    next.ifPresent(moment -> arm(moment, within(longest, Duration.between(host.now(), moment))));
  }

  /** The clock may have been set meanwhile. */
  private static Duration within(Duration longest, Duration wanted) {
    return wanted.isNegative() ? Duration.ZERO : wanted.compareTo(longest) > 0 ? longest : wanted;
  }

  private void arm(Instant moment, Duration pause) {
    timer = host.timers().after(pause, () -> mailbox.event(() -> elapsed(moment)));
  }

  private CompletionStage<?> elapsed(Instant moment) {
    if (!armedFor.equals(Optional.of(moment))) {
      return Mailbox.DONE;
    }
    if (!isDue()) {
      return keeper.record(Step.by(Actors.HOST).policy(Step.Policy.RECOVERED));
    }
    Lifecycle now = keeper.lifecycle();
    if (now instanceof Lifecycle.Off && ledger.operation().isEmpty()) {
      return start(moment);
    }
    if (now instanceof Lifecycle.Active active && ledger.status().state() == DomainState.CRASHED) {
      MachineEnd end = new MachineEnd(MachineEnd.Cause.RESTART, Actors.HOST);
      armedFor = Optional.empty(); // to go on when the machine is gone
      return keeper.reaper().end(active, end, host.settings().reapGrace());
    }
    armedFor = Optional.empty(); // whatever becomes of the machine is a step, and brings us back
    return Mailbox.DONE;
  }

  private CompletionStage<?> start(Instant moment) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    try {
      JobConflicts.check(ledger.jobs().running(), Verb.START, "", host.now());
      StartMode mode = keeper.managedSaves().byItself();
      MachineSource source = keeper.managedSaves().source(mode);
      keeper.starts().begin(source, mode, HeldResources.none(), Actors.HOST, answer);
    } catch (BusyException later) {
      arm(moment, BUSY);
      return Mailbox.DONE;
    } catch (BerthException failure) {
      return failed(failure);
    }
    answer.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            mailbox.event(() -> failed(Answers.cause(failure)));
          }
        });
    return Mailbox.DONE;
  }

  /**
   * A start that the host's own end cut short is the next host's. Nobody has called who could be
   * told why another has failed, even before it changed anything: so the domain's state tells it.
   */
  private CompletionStage<?> failed(Throwable failure) {
    if (!isDue() || failure.getCause() instanceof InterruptedException) {
      return Mailbox.DONE;
    }
    LOG.warn("Domain '{}' could not be started by its policy", ledger.name(), failure);
    String why = String.valueOf(failure.getMessage());
    Step step = Step.by(Actors.HOST).failure(new Failure(Failure.Kind.START_FAILED, why));
    DomainStatus failed =
        keeper
            .managedSaves()
            .waiting(Optional.of(why))
            .orElseGet(
                () ->
                    new DomainStatus(
                        DomainState.SHUTOFF, StateReason.FAILED, Optional.of(why), host.now()));
    if (ledger.status().state() == DomainState.SHUTOFF
        && !ledger.status().detail().equals(failed.detail())) {
      step.status(failed);
    }
    return keeper.record(step);
  }
}
