package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to machines while no host process runs is found out by the next. */
@Tag("once")
final class MeanwhileTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");

  @Test
  void aMachineWhoseQemuWasKilledHasCrashed() {
    DomainSnapshot started = startIdleAndLeave();
    QemuOf.machine(directory, started).kill();

    try (VmHost host = home.open()) {
      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      assertThat(domain.status().reason()).isEqualTo(StateReason.CRASHED);
      assertThat(domain.status().detail().orElse("")).contains("signal 9");
      assertThat(domain.machine()).isEmpty();
    }
  }

  @Test
  void aMachineWhoseQemuWasToldToEndWasDestroyed() {
    DomainSnapshot started = startIdleAndLeave();
    QemuOf.machine(directory, started).terminate();

    try (VmHost host = home.open()) {
      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      assertThat(domain.status().reason()).isEqualTo(StateReason.DESTROYED);
      assertThat(domain.status().detail().orElse("")).contains("somebody else");
    }
  }

  @Test
  void aGuestThatPoweredItselfOffIsFoundShutDown() {
    awaitRunState(leaveAGuestThat("poweroff"), "shutdown");

    try (VmHost host = home.open()) {
      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      assertThat(domain.status().reason()).isEqualTo(StateReason.SHUTDOWN);
    }
  }

  @Test
  void aGuestThatPanickedIsFoundCrashedAndAResetBringsItBack() {
    awaitRunState(leaveAGuestThat("panic"), "guest-panicked");

    try (VmHost host = home.open()) {
      DomainSnapshot domain = TestHome.settled(host, VM);
      assertThat(domain.status().state()).isEqualTo(DomainState.CRASHED);
      assertThat(domain.status().reason()).isEqualTo(StateReason.PANICKED);
      DomainSnapshot reset = host.reset(VM, CallOptions.none()).snapshot();
      assertThat(reset.status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void aGuestThatRebootedRunsInTheSameMachine() {
    DomainSnapshot started = leaveAGuestThat("reboot");

    try (VmHost host = home.open()) {
      DomainSnapshot domain = TestHome.settled(host, VM);
      assertThat(domain.status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(domain.machine().orElseThrow().incarnation())
          .isEqualTo(started.machine().orElseThrow().incarnation());
      String down = TestGuest.DOWN + " reboot";
      ConsoleLog.of(host, VM)
          .await(
              text -> text.indexOf(TestGuest.UP, text.indexOf(down)) > 0,
              "the second boot",
              TestHome.PATIENCE);
    }
  }

  private DomainSnapshot startIdleAndLeave() {
    try (VmHost host = home.open()) {
      return home.startIdle(host, "vm");
    }
  }

  /**
   * Starts a guest, closes the host before it has booted, and waits until it has done the thing.
   */
  private DomainSnapshot leaveAGuestThat(String thing) {
    DomainSnapshot started;
    try (VmHost host = home.open()) {
      home.defineGuest(host, "vm", TestGuest.running("after 1 " + thing));
      started = host.start(VM, StartMode.RUNNING, CallOptions.none()).snapshot();
    }
    Path console = consoleLog(started.uuid());
    QemuOf.awaitThat(
        "the guest says that it does " + thing,
        () -> text(console).contains(TestGuest.DOWN + " " + thing));
    return started;
  }

  /** A guest says what it does before it does it. */
  private void awaitRunState(DomainSnapshot started, String runState) {
    QemuOf qemu = QemuOf.machine(directory, started);
    QemuOf.awaitThat("QEMU says " + runState, () -> qemu.runState().equals(runState));
  }

  private Path consoleLog(UUID domain) {
    return HomeLayout.under(directory)
        .logDirectory()
        .resolve(domain.toString())
        .resolve("console.log");
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }
}
