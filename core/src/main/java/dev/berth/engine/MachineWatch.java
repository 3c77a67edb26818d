package dev.berth.engine;

import dev.berth.domain.Liveness;
import dev.berth.host.VerbResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a driver notes about a live machine between its turns: whether QEMU answers, what its events
 * have told, which verbs are in flight. Owned by the driver.
 */
final class MachineWatch {

  /** A verb whose command is with QEMU. */
  record VerbInFlight(
      Verb verb, String actor, boolean hasDeadline, CompletableFuture<VerbResult> answer) {}

  private final List<VerbInFlight> verbs = new ArrayList<>();
  private Liveness liveness = Liveness.RESPONSIVE;
  private Instant livenessSince;
  private long lastAnswerNanos = System.nanoTime();
  private boolean panicked;
  private boolean endedFromOutside;
  private boolean asking;
  private boolean askAgain;
  private boolean probing;

  MachineWatch(Instant now) {
    this.livenessSince = now;
  }

  Liveness liveness() {
    return liveness;
  }

  Instant livenessSince() {
    return livenessSince;
  }

  boolean isStalled() {
    return liveness == Liveness.STALLED;
  }

  /** Notes the liveness; tells whether it is news. */
  boolean liveness(Liveness next, Instant now) {
    if (liveness == next) {
      return false;
    }
    liveness = next;
    livenessSince = now;
    return true;
  }

  /** QEMU has answered something just now. */
  void answered() {
    lastAnswerNanos = System.nanoTime();
  }

  long nanosSinceAnswer() {
    return System.nanoTime() - lastAnswerNanos;
  }

  boolean panicked() {
    return panicked;
  }

  void panicked(boolean yes) {
    panicked = yes;
  }

  /** Whether QEMU said that a signal or another client ended it. */
  boolean endedFromOutside() {
    return endedFromOutside;
  }

  void noteEndedFromOutside() {
    endedFromOutside = true;
  }

  // ---- at most one status query of our own at a time, and one more when something happened
  // meanwhile

  /** Whether the caller may ask now; else it is remembered that somebody wanted to. */
  boolean mayAsk() {
    if (asking) {
      askAgain = true;
      return false;
    }
    asking = true;
    return true;
  }

  /** The answer is there; tells whether to ask again. */
  boolean asked() {
    asking = false;
    boolean again = askAgain;
    askAgain = false;
    return again;
  }

  /** Whether the caller may probe now. */
  boolean mayProbe() {
    boolean may = !probing;
    probing = true;
    return may;
  }

  /** Whether a probe is out and unanswered. */
  boolean probePending() {
    return probing;
  }

  void probed() {
    probing = false;
  }

  // ---- verbs in flight

  void add(VerbInFlight verb) {
    verbs.add(verb);
  }

  void remove(VerbInFlight verb) {
    verbs.remove(verb);
  }

  List<VerbInFlight> verbs() {
    return List.copyOf(verbs);
  }

  /**
   * Whose doing a change of state is, as far as we know: the first verb in flight, or the guest.
   */
  String actor() {
    return verbs.isEmpty() ? Actors.GUEST : verbs.get(0).actor();
  }
}
