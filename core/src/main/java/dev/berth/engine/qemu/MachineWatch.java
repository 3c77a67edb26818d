package dev.berth.engine.qemu;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.Actors;
import dev.berth.engine.step.Verb;
import dev.berth.host.VerbResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a driver notes about a live machine between its turns: whether QEMU answers, what its events
 * have told, which verbs are in flight. Owned by the driver.
 */
public final class MachineWatch {

  /** A verb whose command is with QEMU. */
  public record VerbInFlight(
      Verb verb, String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {}

  /**
   * Why a guest does not run, in more words than its state's reason has.
   *
   * @param reason the reason that this is about
   */
  public record StopCause(StateReason reason, String text) {}

  private final List<VerbInFlight> verbs = new ArrayList<>();
  private Liveness liveness = Liveness.RESPONSIVE;
  private Instant livenessSince;
  private long lastAnswerNanos = System.nanoTime();
  private boolean panicked;
  private Optional<StopCause> stopCause = Optional.empty();
  private boolean endedFromOutside;
  private boolean asking;
  private boolean askAtTick;
  private @Nullable CompletableFuture<Void> nextAnswer;
  private boolean probing;

  public MachineWatch(Instant now) {
    this.livenessSince = now;
  }

  public Liveness liveness() {
    return liveness;
  }

  public Instant livenessSince() {
    return livenessSince;
  }

  public boolean isStalled() {
    return liveness == Liveness.STALLED;
  }

  /** Notes the liveness; tells whether it is news. */
  public boolean liveness(Liveness next, Instant now) {
    if (liveness == next) {
      return false;
    }
    liveness = next;
    livenessSince = now;
    return true;
  }

  /** QEMU has answered something just now. */
  public void answered() {
    lastAnswerNanos = System.nanoTime();
  }

  public long nanosSinceAnswer() {
    return System.nanoTime() - lastAnswerNanos;
  }

  public boolean panicked() {
    return panicked;
  }

  public void panicked(boolean yes) {
    panicked = yes;
  }

  /** QEMU has told why the guest does not run, or soon will not. */
  public void stopCause(StopCause cause) {
    stopCause = Optional.of(cause);
  }

  /**
   * The status with what QEMU has told of its reason. Once the guest runs again, that is over; that
   * it still runs is no end of what has just been told.
   *
   * @param before the status until now
   */
  public DomainStatus explained(DomainStatus status, DomainStatus before) {
    if (status.state() == DomainState.RUNNING && before.state() != DomainState.RUNNING) {
      stopCause = Optional.empty();
    }
    return status.detail().isPresent()
        ? status
        : new DomainStatus(
            status.state(),
            status.reason(),
            stopCause.filter(cause -> cause.reason() == status.reason()).map(StopCause::text),
            status.since());
  }

  /** Whether QEMU said that a signal or another client ended it. */
  public boolean endedFromOutside() {
    return endedFromOutside;
  }

  public void noteEndedFromOutside() {
    endedFromOutside = true;
  }

  // ---- at most one question for the run state at a time, and one more for those who ask meanwhile

  /** The future of the next question that is sent. */
  public CompletableFuture<Void> nextAnswer() {
    if (nextAnswer == null) {
      nextAnswer = new CompletableFuture<>();
    }
    return nextAnswer;
  }

  /** Whether a question is on its way. */
  public boolean asking() {
    return asking;
  }

  /** A question is being sent; gives its future. */
  public CompletableFuture<Void> beginAsking() {
    CompletableFuture<Void> answer = nextAnswer();
    nextAnswer = null;
    asking = true;
    askAtTick = false;
    return answer;
  }

  /** The answer is there; tells whether somebody waits for another. */
  public boolean endAsking() {
    asking = false;
    return nextAnswer != null;
  }

  /** Puts the question off until the next tick. */
  public void askAtTick() {
    askAtTick = true;
  }

  /** Whether a question was put off. */
  public boolean asksAtTick() {
    return askAtTick;
  }

  /** Whether the caller may probe now. */
  public boolean mayProbe() {
    boolean may = !probing;
    probing = true;
    return may;
  }

  /** Whether a probe is out and unanswered. */
  public boolean probePending() {
    return probing;
  }

  public void probed() {
    probing = false;
  }

  // ---- verbs in flight

  public void add(VerbInFlight verb) {
    verbs.add(verb);
  }

  public void remove(VerbInFlight verb) {
    verbs.remove(verb);
  }

  public List<VerbInFlight> verbs() {
    return List.copyOf(verbs);
  }

  /**
   * Whose doing a change of state is, as far as we know: the first verb in flight, or the guest.
   */
  public String actor() {
    return verbs.stream()
        .filter(inFlight -> inFlight.verb().mayChangeState())
        .findFirst()
        .map(VerbInFlight::actor)
        .orElse(Actors.GUEST);
  }
}
