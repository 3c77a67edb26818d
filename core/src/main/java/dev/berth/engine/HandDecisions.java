package dev.berth.engine;

import static dev.berth.engine.MigrationRow.phase;

import dev.berth.engine.migration.HandDecision;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.InvalidStateException;
import dev.berth.host.GuestOwner;
import dev.berth.migration.Arrival;
import dev.berth.migration.SourcePhase;
import dev.berth.migration.SourceRules;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What somebody decides about a guest that was handed over: one decision at a time, which counts
 * once the target was asked once more. In the driver's turns.
 */
final class HandDecisions {
  private final Ledger ledger;
  private Optional<HandDecision> waiting = Optional.empty();

  HandDecisions(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Somebody has decided; completes when it is on record. */
  CompletableFuture<Void> decide(KeptJob job, GuestOwner owner, String actor) {
    waiting.ifPresent(earlier -> refuse(earlier, "Somebody else has decided after that."));
    HandDecision now = new HandDecision(job.job().id(), owner, actor, new CompletableFuture<>());
    waiting = Optional.of(now);
    return now.answer();
  }

  /** What was decided about that one, as long as it is to be decided. */
  Optional<HandDecision> of(KeptJob job) {
    return waiting.filter(it -> phase(job) == SourcePhase.HANDED_OVER && it.isOf(job));
  }

  /** What follows, by what the target says: that counts for more than what people say. */
  static SourceRules.Act decide(HandDecision byHand, Arrival said) {
    return byHand.keeps()
        ? SourceRules.keptByHand(said.phase())
        : SourceRules.givenByHand(said.phase());
  }

  /** What the target says leaves nothing to decide. */
  void contradict(HandDecision byHand, Arrival said) {
    waiting = Optional.empty();
    refuse(
        byHand,
        "There is nothing to decide about domain '"
            + ledger.name()
            + "': the other host answers, and says '"
            + said.phase().text()
            + "'. It is told that the guest is its own until that goes on there.");
  }

  /** Whoever has decided is answered, once it is decided: by them, or by the target. */
  void answer(KeptJob job) {
    Optional<HandDecision> decision = waiting.filter(it -> it.isOf(job));
    if (decision.isEmpty() || phase(job) == SourcePhase.HANDED_OVER) {
      return;
    }
    waiting = Optional.empty();
    if (decision.get().keeps() == (phase(job) != SourcePhase.ENDING)) {
      decision.get().answer().complete(null);
    } else {
      refuse(
          decision.get(),
          "The other host has answered meanwhile: job "
              + job.job().id()
              + " is '"
              + phase(job).text()
              + "' ("
              + job.job().status().detail()
              + ").");
    }
  }

  private static void refuse(HandDecision decision, String why) {
    decision.answer().completeExceptionally(new InvalidStateException(why));
  }
}
