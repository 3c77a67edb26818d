package dev.berth.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.Policies;
import dev.berth.definition.Policies.Autostart;
import dev.berth.definition.Policies.Restart;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.store.PolicyState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PolicyRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final String BOOT = "boot-1";
  private static final PolicyState NOTHING = PolicyState.none(UUID.randomUUID());

  @ParameterizedTest
  @CsvSource({
    "NEVER,                 QEMU_DIED,      false",
    "NEVER,                 GUEST_PANICKED, false",
    "NEVER,                 UNKNOWN_END,    false",
    "ON_FAILURE,            QEMU_DIED,      true",
    "ON_FAILURE,            GUEST_PANICKED, true",
    "ON_FAILURE,            UNKNOWN_END,    false",
    "ON_FAILURE_OR_UNKNOWN, QEMU_DIED,      true",
    "ON_FAILURE_OR_UNKNOWN, GUEST_PANICKED, true",
    "ON_FAILURE_OR_UNKNOWN, UNKNOWN_END,    true"
  })
  void thePolicySaysWhichEndsAreFollowedByAStart(
      Restart policy, Failure.Kind kind, boolean restarted) {
    PolicyRules.Outcome outcome = after(NOTHING, policy, failure(kind));

    assertThat(outcome.state().dueAt().isPresent()).isEqualTo(restarted);
    assertThat(outcome.events()).hasSize(restarted ? 1 : 0);
  }

  @Test
  void fiveTriesComeAfterGrowingPausesAndThenNone() {
    List<Long> pauses = new ArrayList<>();
    PolicyState state = after(NOTHING, Restart.ON_FAILURE, died()).state();
    while (state.dueAt().isPresent()) {
      pauses.add(Duration.between(NOW, state.dueAt().get()).toSeconds());
      state = after(state, Restart.ON_FAILURE, failure(Failure.Kind.START_FAILED)).state();
    }

    assertThat(pauses).containsExactly(1L, 4L, 16L, 64L, 300L);
    assertThat(state.tries()).isEqualTo(PolicyRules.MOST_TRIES);
  }

  @Test
  void aFailureAfterAStartCountsOnAndOneAfterTheLastTryIsTheEnd() {
    PolicyState third = NOTHING.notDue(3);
    PolicyState last = NOTHING.notDue(PolicyRules.MOST_TRIES);

    assertThat(after(third, Restart.ON_FAILURE, died()).state().tries()).isEqualTo(4);
    PolicyRules.Outcome end = after(last, Restart.ON_FAILURE, died());
    assertThat(end.state()).isEqualTo(last);
    assertThat(types(end)).containsExactly(EventTypes.RESTART_GIVEN_UP);
  }

  @Test
  void whoeverActsOnADomainCancelsWhatIsDue() {
    PolicyRules.Outcome outcome =
        after(
            NOTHING.due(4, NOW), Restart.ON_FAILURE, Step.by("ann").policy(Step.Policy.OVERRIDDEN));

    assertThat(outcome.state()).isEqualTo(NOTHING);
    assertThat(types(outcome)).containsExactly(EventTypes.RESTART_CANCELLED);
  }

  @Test
  void aVerbOnADomainWithAutostartSettlesItForThisBoot() {
    Policies autostart = new Policies(Autostart.ONCE_PER_BOOT, Restart.NEVER, 500);

    PolicyRules.Outcome outcome =
        PolicyRules.after(
            NOTHING, autostart, Step.by("ann").policy(Step.Policy.OVERRIDDEN), BOOT, NOW);

    assertThat(outcome.state()).isEqualTo(NOTHING.settledIn(BOOT));
    assertThat(outcome.events()).isEmpty();
  }

  @Test
  void aStartThatSucceedsKeepsItsNumberUntilTheDomainHasBeenUpForLong() {
    PolicyState due = NOTHING.due(2, NOW);

    PolicyRules.Outcome up = after(due, Restart.ON_FAILURE, running());

    assertThat(up.state()).isEqualTo(NOTHING.notDue(2));
    assertThat(types(up)).containsExactly(EventTypes.RESTARTED);
    assertThat(PolicyRules.recoveredAt(up.state(), Optional.of(NOW)))
        .contains(NOW.plus(Duration.ofMinutes(10)));
    assertThat(
            after(up.state(), Restart.ON_FAILURE, Step.by("host").policy(Step.Policy.RECOVERED))
                .state())
        .isEqualTo(NOTHING);
  }

  @Test
  void anAutostartThatFailsIsFollowedByTriesOnlyWhereThePolicySaysSo() {
    PolicyState due = NOTHING.settledIn(BOOT).due(0, NOW);
    Step failed = failure(Failure.Kind.START_FAILED);

    assertThat(types(after(due, Restart.NEVER, failed)))
        .containsExactly(EventTypes.RESTART_GIVEN_UP);
    assertThat(after(due, Restart.ON_FAILURE, failed).state().tries()).isEqualTo(1);
  }

  @Test
  void whatIsDueIsDecidedOnce() {
    PolicyState due = NOTHING.due(2, NOW.plusSeconds(4));

    assertThat(after(due, Restart.ON_FAILURE, died()).state()).isEqualTo(due);
  }

  /** Whatever happens in whatever order: never more tries than allowed, never a start unasked. */
  @Test
  void noSequenceOfStepsExceedsTheTries() {
    Random random = new Random(42);
    PolicyState state = NOTHING;
    int sinceUser = 0;
    for (int i = 0; i < 20_000; i++) {
      Step step =
          switch (random.nextInt(12)) {
            case 0 -> Step.by("ann").policy(Step.Policy.OVERRIDDEN);
            case 1, 2, 3 -> running();
            case 4, 5, 6 -> failure(Failure.Kind.START_FAILED);
            default -> died();
          };
      boolean user = step.policy().isPresent();
      PolicyState next = after(state, Restart.ON_FAILURE, step).state();
      sinceUser = user ? 0 : sinceUser + (next.tries() > state.tries() ? 1 : 0);
      assertThat(sinceUser).isLessThanOrEqualTo(PolicyRules.MOST_TRIES);
      assertThat(user && next.dueAt().isPresent()).isFalse();
      state = next;
    }
  }

  private static PolicyRules.Outcome after(PolicyState state, Restart restart, Step step) {
    return PolicyRules.after(state, new Policies(Autostart.NEVER, restart, 500), step, BOOT, NOW);
  }

  private static Step died() {
    return failure(Failure.Kind.QEMU_DIED);
  }

  private static Step failure(Failure.Kind kind) {
    return Step.by("qemu").failure(new Failure(kind, "signal 9"));
  }

  private static Step running() {
    return Step.by("host").status(DomainStatus.of(DomainState.RUNNING, StateReason.BOOTED, NOW));
  }

  private static List<String> types(PolicyRules.Outcome outcome) {
    return outcome.events().stream().map(Step.Told::type).toList();
  }
}
