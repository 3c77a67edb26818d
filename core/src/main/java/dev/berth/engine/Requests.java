package dev.berth.engine;

import dev.berth.domain.DomainSnapshot.OperationSummary;
import dev.berth.domain.DomainState;
import dev.berth.engine.step.Admission;
import dev.berth.engine.step.Verb;
import dev.berth.engine.step.VerbTable;
import dev.berth.engine.thread.Answers;
import dev.berth.engine.thread.Mailbox;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.VerbResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What callers ask of one domain: each call is a turn in its mailbox, which the verb table admits
 * or refuses. Any thread may ask; answers are futures that always end.
 */
final class Requests {
  private final HostServices host;
  private final Mailbox mailbox;
  private final Ledger ledger;
  private final MachineKeeper keeper;

  Requests(HostServices host, Mailbox mailbox, Ledger ledger, MachineKeeper keeper) {
    this.host = host;
    this.mailbox = mailbox;
    this.ledger = ledger;
    this.keeper = keeper;
  }

  /** What an admitted verb does; it completes the answer, or fails. */
  interface Body {
    CompletionStage<?> run(CompletableFuture<VerbResult> answer);
  }

  /** A turn that does what the verb is for, when the table admits it. */
  CompletableFuture<VerbResult> ask(Verb verb, Body body) {
    CompletableFuture<VerbResult> answer = new CompletableFuture<>();
    post(answer, () -> admit(verb, "", answer) ? body.run(answer) : Mailbox.DONE);
    return answer;
  }

  /** A turn that sends to QEMU by hand, when the table admits that. */
  CompletableFuture<String> askQemu(
      Function<CompletableFuture<String>, CompletionStage<?>> question) {
    return askFor(Verb.QMP, question);
  }

  /**
   * A turn that finds something for the caller, when the table admits that; needless it never is.
   */
  <T> CompletableFuture<T> askFor(
      Verb verb, Function<CompletableFuture<T>, CompletionStage<?>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    post(
        answer,
        () -> {
          admit(verb, "");
          return question.apply(answer);
        });
    return answer;
  }

  /** Posts a turn whose refusal is the caller's, not the driver's. */
  void post(CompletableFuture<?> answer, Mailbox.Turn turn) {
    try {
      mailbox.request(
          () -> {
            try {
              if (keeper.lifecycle() instanceof Lifecycle.Removed) {
                throw new NotFoundException("There is no domain '" + ledger.name() + "'.");
              }
              return turn.run().whenComplete((done, failure) -> failIfNot(answer, failure));
            } catch (BerthException refused) {
              answer.completeExceptionally(refused);
              return Mailbox.DONE;
            } catch (RuntimeException | Error unexpected) { // logged as the turn's failure
              answer.completeExceptionally(unexpected);
              throw unexpected;
            }
          });
    } catch (BusyException full) {
      answer.completeExceptionally(full);
    }
  }

  /**
   * Lets a verb go ahead that a domain cannot already be as asked by.
   *
   * @throws BusyException when an operation or a job is in the way
   * @throws InvalidStateException when the table denies it
   */
  void admit(Verb verb, String subject) {
    admit(verb, subject, new CompletableFuture<>());
  }

  /** Whether the verb goes ahead; else the answer is complete. */
  private boolean admit(Verb verb, String subject, CompletableFuture<VerbResult> answer) {
    JobConflicts.check(ledger.jobs().running(), verb, subject, host.now());
    if (verb != Verb.DESTROY && ledger.operation().isPresent()) {
      OperationSummary operation = ledger.operation().get();
      throw new BusyException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "': "
              + operation.verb()
              + " by "
              + operation.actor()
              + " has been under way for "
              + Duration.between(operation.since(), host.now()).toSeconds()
              + " s. Wait for it, or destroy the domain.");
    }
    if (verb == Verb.DESTROY && keeper.lifecycle() instanceof Lifecycle.Starting) {
      return true;
    }
    DomainState state = ledger.snapshot().status().state();
    Admission admission = VerbTable.decide(verb, state);
    if (verb.isToBeOff() && keeper.restarts().isDue() && !(admission instanceof Admission.Deny)) {
      return true;
    }
    if (admission instanceof Admission.Already already) {
      answer.complete(
          new VerbResult(VerbResult.Effect.ALREADY, already.detail(), ledger.snapshot()));
      return false;
    }
    if (admission instanceof Admission.Deny deny) {
      throw new InvalidStateException(
          "Cannot "
              + verb.text()
              + " domain '"
              + ledger.name()
              + "' ("
              + state.text()
              + "): "
              + deny.remedy()
              + ".");
    }
    keeper.managedSaves().requireNone(verb);
    return true;
  }

  /** A turn that failed must not leave its caller waiting. */
  private static void failIfNot(CompletableFuture<?> answer, @Nullable Throwable failure) {
    if (failure != null) {
      Answers.fail(answer, failure);
    }
  }
}
