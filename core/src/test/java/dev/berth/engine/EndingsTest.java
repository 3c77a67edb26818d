package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.machine.ProcessExit;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a domain is after a QEMU ended that nobody here had told to. */
final class EndingsTest {
  private static final Instant NOW = Instant.EPOCH;
  private static final DomainStatus RUNNING =
      DomainStatus.of(DomainState.RUNNING, StateReason.BOOTED, NOW);

  @Test
  void aSignalIsACrashThatNamesTheSignal() {
    DomainStatus after = Endings.unexpected(RUNNING, ProcessExit.ofShellCode(128 + 11), false, NOW);

    assertThat(after.state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(after.reason()).isEqualTo(StateReason.CRASHED);
    assertThat(after.detail()).contains("QEMU ended unexpectedly: signal 11");
  }

  @Test
  void anEndThatNobodySawIsACrash() {
    assertThat(Endings.unexpected(RUNNING, ProcessExit.UNKNOWN, false, NOW).reason())
        .isEqualTo(StateReason.CRASHED);
  }

  @Test
  void aCleanExitWasSomebodyElsesDoing() {
    assertThat(Endings.unexpected(RUNNING, ProcessExit.ofShellCode(0), false, NOW).reason())
        .isEqualTo(StateReason.DESTROYED);
    assertThat(Endings.unexpected(RUNNING, ProcessExit.UNKNOWN, true, NOW).reason())
        .isEqualTo(StateReason.DESTROYED);
  }

  @Test
  void aGuestThatHadShutDownIsNoCrashWhateverEndsItsProcess() {
    DomainStatus down = DomainStatus.of(DomainState.SHUTDOWN, StateReason.SHUTDOWN, NOW);

    assertThat(Endings.unexpected(down, ProcessExit.ofShellCode(137), false, NOW).reason())
        .isEqualTo(StateReason.SHUTDOWN);
  }
}
