package dev.berth.config;

import static dev.berth.config.CrashPoint.after;
import static dev.berth.config.CrashPoint.before;
import static dev.berth.config.CrashingHost.VM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.CrashPoint.Step;
import dev.berth.config.CrashingHost.Verb;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.TestGuest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The host process is killed at rest and at the persisted intents of a shutdown; the guest counts.
 */
@Tag("once")
final class GuestSurvivesTest extends HomeFixture {
  private DomainSnapshot started;

  @BeforeEach
  void aGuestThatCounts() {
    try (VmHost host = home.open()) {
      home.defineGuest(host, "vm", TestGuest.running("heartbeat"));
      started = host.start(VM, StartMode.RUNNING, CallOptions.none()).snapshot();
      ConsoleLog console = ConsoleLog.of(host, VM);
      console.await(TestGuest.UP, TestHome.PATIENCE);
      console.await(TestGuest.HEARTBEAT, TestHome.PATIENCE);
    }
  }

  @Test
  void aGuestGoesOnThroughKillsOfItsHostUntilItIsDown() throws InterruptedException {
    HostCrashes.killAtRest(directory);
    assertTheGuestGoesOn();

    HostCrashes.crash(directory, Verb.SHUTDOWN, before(Step.INTENT));
    assertTheGuestGoesOn();

    HostCrashes.crash(directory, Verb.SHUTDOWN, after(Step.INTENT));
    assertTheGuestGoesOn();

    HostCrashes.crash(directory, Verb.SHUTDOWN, before(Step.GUEST_DOWN));
    assertTheGuestHasShutDown();
  }

  static Stream<CrashPoint> onceTheGuestIsDown() {
    return Stream.of(after(Step.GUEST_DOWN), before(Step.OUTCOME), after(Step.OUTCOME));
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("onceTheGuestIsDown")
  void aShutdownThatTheGuestObeyedIsFinished(CrashPoint point) throws InterruptedException {
    HostCrashes.crash(directory, Verb.SHUTDOWN, point);

    assertTheGuestHasShutDown();
  }

  private void assertTheGuestGoesOn() throws InterruptedException {
    DomainSnapshot domain = HostCrashes.recovered(home, VM);
    assertThat(domain.status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(domain.machine().orElseThrow().incarnation())
        .isEqualTo(started.machine().orElseThrow().incarnation());
    assertThat(QemuOf.pids(directory))
        .containsExactly(domain.machine().orElseThrow().pid().orElseThrow());
    try (VmHost host = home.open()) {
      TestHome.settled(host, VM);
      ConsoleLog console = ConsoleLog.of(host, VM);
      int soFar = Heartbeats.unbroken(console.text());
      console.await(TestGuest.HEARTBEAT + " " + (soFar + 2) + " ", TestHome.PATIENCE);
    }
  }

  private void assertTheGuestHasShutDown() throws InterruptedException {
    try (VmHost host = home.open()) {
      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      assertThat(domain.status().reason()).isEqualTo(StateReason.SHUTDOWN);
      Heartbeats.unbroken(ConsoleLog.of(host, VM).text());
    }
    QemuOf.awaitCount(directory, 0);
    assertThat(HostCrashes.recovered(home, VM).status().state()).isEqualTo(DomainState.SHUTOFF);
  }
}
