package dev.berth.engine.step;

import dev.berth.definition.Policies;
import dev.berth.definition.Policies.Autostart;
import dev.berth.definition.Policies.Restart;
import dev.berth.domain.DomainSnapshot.RestartSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.store.PolicyState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a step of a domain means for what the host does with it by itself. Pure.
 *
 * <pre>
 *                 failure the policy is about: try n, after a pause
 *   nothing due ────────────────────────────────────────────────────► start n due ◄─┐
 *     ▲  ▲  ▲   opened in a new boot, autostart: start 0, at once          │  │     │ failed:
 *     │  │  └───────────── running: tries are kept for 10 min up ──────────┘  │     │ try n + 1
 *     │  └──── a user's start, shutdown or destroy; a definition without it ──┤     │
 *     └─────────────── after try 5, or a failed autostart: given up ──────────┴─────┘
 * </pre>
 *
 * <p>The decision is part of the step that it follows from: they are committed together, so that no
 * end of the host process can come between a failure and its consequence.
 */
public final class PolicyRules {
  /** Before each try; there are as many tries as pauses. */
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(4),
          Duration.ofSeconds(16),
          Duration.ofSeconds(64),
          Duration.ofMinutes(5));

  /** A start is not due later than this, whatever the clock has done meanwhile. */
  public static final Duration LONGEST_PAUSE = PAUSES.get(PAUSES.size() - 1);

  /** A domain that has been up for so long has recovered. */
  public static final Duration LONG_UP = Duration.ofMinutes(10);

  static final int MOST_TRIES = PAUSES.size();

  /** What becomes of the policy state, and what is told of it. */
  public record Outcome(PolicyState state, List<Step.Told> events) {}

  private PolicyRules() {}

  /**
   * The policy state after a step.
   *
   * @param policies as they were defined before the step
   * @param boot id of the host's present boot
   */
  public static Outcome after(
      PolicyState before, Policies policies, Step step, String boot, Instant now) {
    if (step.definition().isPresent()) {
      return redefined(before, policies, step.definition().get().policies(), boot);
    }
    if (step.policy().isPresent()) {
      return switch (step.policy().get()) {
        case OVERRIDDEN -> overridden(before, policies, boot);
        case AUTOSTARTED ->
            told(
                before.settledIn(boot).due(0, now), EventTypes.AUTOSTART_DUE, Map.of("boot", boot));
        case AUTOSTART_SETTLED -> silent(before.settledIn(boot));
        case RECOVERED -> silent(before.notDue(0));
      };
    }
    if (step.failure().isPresent()) {
      return failed(before, policies.restart(), step.failure().get(), now);
    }
    boolean up = step.status().filter(PolicyRules::isUp).isPresent();
    if (!up || before.dueAt().isEmpty()) {
      return silent(before);
    }
    String type = before.tries() == 0 ? EventTypes.AUTOSTARTED : EventTypes.RESTARTED;
    return told(before.notDue(before.tries()), type, tries(before.tries()));
  }

  /** Whether a start is done: a guest that was saved while it was paused stays so. */
  private static boolean isUp(DomainStatus status) {
    return status.state() == DomainState.RUNNING
        || status.state() == DomainState.PAUSED && status.reason() == StateReason.USER;
  }

  private static Outcome redefined(PolicyState before, Policies old, Policies wanted, String boot) {
    boolean isNew =
        wanted.autostart() == Autostart.ONCE_PER_BOOT && old.autostart() == Autostart.NEVER;
    PolicyState state = isNew ? before.settledIn(boot) : before;
    boolean stillWanted =
        before.tries() == 0
            ? wanted.autostart() == Autostart.ONCE_PER_BOOT
            : wanted.restart() != Restart.NEVER;
    return before.dueAt().isPresent() && !stillWanted ? cancelled(state) : silent(state);
  }

  /** Whoever acts on a domain knows better than its policies. */
  private static Outcome overridden(PolicyState before, Policies policies, String boot) {
    PolicyState state =
        policies.autostart() == Autostart.ONCE_PER_BOOT ? before.settledIn(boot) : before;
    return before.dueAt().isPresent() ? cancelled(state) : silent(state.notDue(0));
  }

  private static Outcome cancelled(PolicyState state) {
    return told(state.notDue(0), EventTypes.RESTART_CANCELLED, tries(state.tries()));
  }

  private static Outcome failed(PolicyState before, Restart policy, Failure failure, Instant now) {
    boolean ofOurStart = failure.kind() == Failure.Kind.START_FAILED;
    if (before.dueAt().isPresent() != ofOurStart) {
      return silent(before); // decided already, or taken out of our hands
    }
    if (!covers(policy, failure.kind())) {
      return ofOurStart ? givenUp(before, failure) : silent(before);
    }
    int number = before.tries() + 1;
    if (number > MOST_TRIES) {
      return givenUp(before, failure);
    }
    Instant at = now.plus(PAUSES.get(number - 1));
    return told(
        before.due(number, at),
        EventTypes.RESTART_DUE,
        Map.of("try", Integer.toString(number), "at", at.toString(), "cause", failure.cause()));
  }

  private static boolean covers(Restart policy, Failure.Kind kind) {
    return switch (policy) {
      case NEVER -> false;
      case ON_FAILURE -> kind != Failure.Kind.UNKNOWN_END;
      case ON_FAILURE_OR_UNKNOWN -> true;
    };
  }

  private static Outcome givenUp(PolicyState before, Failure failure) {
    return told(
        before.notDue(before.tries()),
        EventTypes.RESTART_GIVEN_UP,
        Map.of("tries", Integer.toString(before.tries()), "cause", failure.cause()));
  }

  private static Map<String, String> tries(int number) {
    return Map.of("try", Integer.toString(number));
  }

  private static Outcome told(PolicyState state, String type, Map<String, String> attributes) {
    return new Outcome(state, List.of(new Step.Told(type, attributes)));
  }

  private static Outcome silent(PolicyState state) {
    return new Outcome(state, List.of());
  }

  /** What is shown of it: nothing where nothing is due and nothing has failed. */
  public static Optional<RestartSummary> summary(PolicyState state) {
    return state.dueAt().isEmpty() && state.tries() == 0
        ? Optional.empty()
        : Optional.of(new RestartSummary(state.tries(), MOST_TRIES, state.dueAt()));
  }

  /** When a domain that is up since then has recovered, if it has anything to recover from. */
  public static Optional<Instant> recoveredAt(PolicyState state, Optional<Instant> upSince) {
    return state.tries() > 0 && state.dueAt().isEmpty()
        ? upSince.map(since -> since.plus(LONG_UP))
        : Optional.empty();
  }
}
