package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.migration.MigrationModel.State;
import dev.berth.migration.SavedMachine.Guest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every course that a migration can take by {@link SourceRules} and {@link TargetRules}: hosts that
 * are cut off anywhere, words that are lost, late or said twice, answers that are not true any
 * more, and QEMUs that end or fail at any moment.
 */
final class OneOwnerTest {
  private final Map<State, Set<State>> steps = new HashMap<>();

  @ParameterizedTest
  @EnumSource
  void noCourseLetsAGuestRunTwice(Guest guest) {
    assertThat(reachable(guest)).noneMatch(State::runsTwice);
  }

  @ParameterizedTest
  @EnumSource
  void whereverItStandsItComesToAnEndOnceBothCanBeReached(Guest guest) {
    Set<State> all = reachable(guest);
    Map<State, Set<State>> backwards = new HashMap<>();
    for (State state : all) {
      for (State next : MigrationModel.stepsWithoutFault(state)) {
        backwards.computeIfAbsent(next, none -> new HashSet<>()).add(state);
      }
    }
    Set<State> coming = new HashSet<>();
    Deque<State> queue = new ArrayDeque<>(all.stream().filter(State::isOver).toList());
    while (!queue.isEmpty()) {
      State state = queue.poll();
      if (coming.add(state)) {
        queue.addAll(backwards.getOrDefault(state, Set.of()));
      }
    }
    assertThat(all).allMatch(coming::contains);
  }

  @ParameterizedTest
  @EnumSource
  void inTheEndTheGuestRunsUnlessEachQemuThatHadItHasEnded(Guest guest) {
    assertThat(reachable(guest))
        .filteredOn(State::isOver)
        .allMatch(state -> state.runsOnce() || state.lost());
  }

  @ParameterizedTest
  @EnumSource
  void aSwitchWithoutFaultsEndsAtTheTarget(Guest guest) {
    Set<State> seen = new HashSet<>();
    Deque<State> queue = new ArrayDeque<>(List.of(MigrationModel.atTheSwitch(guest)));
    while (!queue.isEmpty()) {
      State state = queue.poll();
      if (seen.add(state)) {
        queue.addAll(MigrationModel.stepsWithoutFault(state));
      }
    }
    assertThat(seen)
        .filteredOn(State::isOver)
        .isNotEmpty()
        .allMatch(state -> state.target() == TargetPhase.COMPLETE);
  }

  @ParameterizedTest
  @EnumSource
  void theLastCopyIsNotEndedBeforeTheTargetsGuestHasGoneOn(Guest guest) {
    assertThat(reachable(guest))
        .filteredOn(state -> state.source() == SourcePhase.ENDING)
        .allMatch(state -> state.target() == TargetPhase.COMPLETE || hasGoneOn(state));
  }

  /** The target has said so before it was on record there, which it will be. */
  private static boolean hasGoneOn(State state) {
    return state.target() == TargetPhase.OWNER
        && Set.of(TargetRules.Qemu.RUNNING, TargetRules.Qemu.GONE).contains(state.targetQemu());
  }

  @ParameterizedTest
  @EnumSource
  void aTargetThatEndedBeforeItWasToldToLetTheGuestGoOnGivesItBack(Guest guest) {
    assertThat(reachable(guest))
        .filteredOn(state -> state.targetQemu() == TargetRules.Qemu.GONE_UNTOLD)
        .isNotEmpty()
        .noneMatch(state -> state.target() == TargetPhase.COMPLETE);
  }

  @Test
  void whatTheTargetSaysCountsForMoreThanWhatIsSaidByHand() {
    for (TargetPhase said : TargetPhase.values()) {
      boolean mayRunThere = said == TargetPhase.OWNER || said == TargetPhase.COMPLETE;
      assertThat(SourceRules.keptByHand(said) == SourceRules.Act.RETURN && mayRunThere)
          .as("kept, though the target says %s", said)
          .isFalse();
    }
    assertThat(SourceRules.keptByHand(TargetPhase.SILENT)).isEqualTo(SourceRules.Act.RETURN);
    assertThat(SourceRules.givenByHand(TargetPhase.FAILED)).isEqualTo(SourceRules.Act.RETURN);
    for (TargetPhase coming : Set.of(TargetPhase.INCOMING, TargetPhase.RECEIVED)) {
      assertThat(SourceRules.givenByHand(coming)).isEqualTo(SourceRules.Act.TELL_TO_TAKE);
    }
    assertThat(SourceRules.givenByHand(TargetPhase.SILENT)).isEqualTo(SourceRules.Act.END);
  }

  @Test
  void aPausedGuestIsNotLostWithTheTargetsQemuBeforeTheSourceHasHeardThatItIsThere() {
    assertThat(reachable(Guest.PAUSED))
        .filteredOn(state -> state.target() == TargetPhase.OWNER)
        .allMatch(state -> state.sourceQemu() == MigrationModel.SourceQemu.GONE || isBack(state));
  }

  /** Whether the source has all of it still, and nothing there has been told to end it. */
  private static boolean isBack(State state) {
    return state.job() != MigrationModel.Job.MOVED
        && state.source() != SourcePhase.ENDING
        && state.answered() != TargetPhase.COMPLETE;
  }

  private Set<State> reachable(Guest guest) {
    Deque<State> queue = new ArrayDeque<>(List.of(MigrationModel.beginning(guest)));
    while (!queue.isEmpty()) {
      State state = queue.poll();
      if (!steps.containsKey(state)) {
        Set<State> next = MigrationModel.steps(state);
        steps.put(state, next);
        queue.addAll(next);
      }
    }
    assertThat(steps.size()).isGreaterThan(500);
    return steps.keySet();
  }
}
