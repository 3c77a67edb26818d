package dev.berth.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.qemu.RunStates;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which state can follow which. */
final class StateTableTest {

  @ParameterizedTest
  @EnumSource(DomainState.class)
  void aStateMayFollowItself(DomainState state) {
    assertThat(StateTable.allows(state, state)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DomainState.class)
  void everyStateCanEndShutOff(DomainState state) {
    assertThat(StateTable.allows(state, DomainState.SHUTOFF)).isTrue();
  }

  @Test
  void aDomainThatIsOffIsStartedPausedOrFoundToHaveAMachine() {
    assertThat(after(DomainState.SHUTOFF))
        .containsExactlyInAnyOrder(DomainState.SHUTOFF, DomainState.PAUSED, DomainState.ADOPTING);
  }

  @Test
  void aGuestThatHasShutDownDoesNotRunAgain() {
    assertThat(after(DomainState.SHUTDOWN))
        .containsExactlyInAnyOrder(DomainState.SHUTDOWN, DomainState.SHUTOFF, DomainState.ADOPTING);
  }

  @Test
  void onlyAMachineThatIsBeingAdoptedIsFoundUnadoptable() {
    for (DomainState state : DomainState.values()) {
      boolean may = state == DomainState.ADOPTING || state == DomainState.NOSTATE;
      assertThat(StateTable.allows(state, DomainState.NOSTATE)).as(state.text()).isEqualTo(may);
    }
  }

  /** Whatever QEMU says, in whatever order, no answer leads out of the tables. */
  @Test
  void randomRunStatesOnlyEverAskForWhatTheTableKnows() {
    List<String> runStates =
        List.of(
            "running",
            "paused",
            "prelaunch",
            "io-error",
            "watchdog",
            "guest-panicked",
            "suspended",
            "shutdown",
            "postmigrate",
            "something-new");
    Random random = new Random(20_261_120);
    Instant now = Instant.EPOCH;
    for (int run = 0; run < 2_000; run++) {
      DomainStatus status = DomainStatus.of(DomainState.PAUSED, StateReason.STARTING_UP, now);
      for (int step = 0; step < 30; step++) {
        String said = runStates.get(random.nextInt(runStates.size()));
        DomainStatus next = RunStates.interpret(said, random.nextInt(8) == 0, status, now);
        if (StateTable.allows(status.state(), next.state())) {
          status = next;
        } else {
          assertThat(status.state())
              .as("only an ended guest stays")
              .isEqualTo(DomainState.SHUTDOWN);
        }
        assertThat(StateTable.hasMachine(status.state())).isTrue();
        for (Verb verb : Verb.values()) {
          assertThat(VerbTable.decide(verb, status.state())).isNotNull();
        }
      }
    }
  }

  private static Set<DomainState> after(DomainState from) {
    EnumSet<DomainState> all = EnumSet.allOf(DomainState.class);
    all.removeIf(to -> !StateTable.allows(from, to));
    return all;
  }
}
