package dev.berth.engine.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What QEMU's run states mean. */
final class RunStatesTest {
  private static final Instant BEFORE = Instant.EPOCH;
  private static final Instant NOW = BEFORE.plusSeconds(60);

  @ParameterizedTest
  @CsvSource({
    "running,        RUNNING, RUNNING,     BOOTED",
    "running,        PAUSED,  RUNNING,     UNPAUSED",
    "running,        PMSUSPENDED, RUNNING, WAKEUP",
    "running,        CRASHED, RUNNING,     BOOTED",
    "paused,         RUNNING, PAUSED,      USER",
    "prelaunch,      RUNNING, PAUSED,      USER",
    "io-error,       RUNNING, PAUSED,      IOERROR",
    "watchdog,       RUNNING, PAUSED,      WATCHDOG",
    "save-vm,        RUNNING, PAUSED,      DUMPING",
    "inmigrate,      RUNNING, PAUSED,      MIGRATING",
    "postmigrate,    RUNNING, PAUSED,      SAVING",
    "guest-panicked, RUNNING, CRASHED,     PANICKED",
    "suspended,      RUNNING, PMSUSPENDED, UNKNOWN",
    "shutdown,       RUNNING, SHUTDOWN,    SHUTDOWN",
    "internal-error, RUNNING, PAUSED,      QEMU",
  })
  void aRunStateIsAStateAndAReason(
      String runState, DomainState before, DomainState state, StateReason reason) {
    StateReason was = before == DomainState.RUNNING ? StateReason.BOOTED : StateReason.USER;
    DomainStatus status =
        RunStates.interpret(runState, false, DomainStatus.of(before, was, BEFORE), NOW);

    assertThat(status.state()).isEqualTo(state);
    assertThat(status.reason()).isEqualTo(reason);
  }

  @Test
  void whatHasNotChangedIsTheSameStatusSinceThen() {
    DomainStatus paused = DomainStatus.of(DomainState.PAUSED, StateReason.IOERROR, BEFORE);

    assertThat(RunStates.interpret("paused", false, paused, NOW)).isSameAs(paused);
    assertThat(RunStates.interpret("io-error", false, paused, NOW)).isSameAs(paused);
  }

  @Test
  void aStartThatWasCutOffAndRunsHasBooted() {
    DomainStatus starting = DomainStatus.of(DomainState.PAUSED, StateReason.STARTING_UP, BEFORE);

    assertThat(RunStates.interpret("running", false, starting, NOW).reason())
        .isEqualTo(StateReason.BOOTED);
  }

  @Test
  void aShutdownAfterAPanicIsACrash() {
    DomainStatus running = DomainStatus.of(DomainState.RUNNING, StateReason.BOOTED, BEFORE);

    assertThat(RunStates.interpret("shutdown", true, running, NOW).state())
        .isEqualTo(DomainState.CRASHED);
  }

  @Test
  void aRunStateOfTheFutureIsShownAsItIs() {
    DomainStatus running = DomainStatus.of(DomainState.RUNNING, StateReason.BOOTED, BEFORE);

    assertThat(RunStates.interpret("dreaming", false, running, NOW).detail())
        .isEqualTo(Optional.of("QEMU is dreaming"));
  }
}
