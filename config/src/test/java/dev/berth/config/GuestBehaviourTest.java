package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.StateReason;
import dev.berth.error.DeadlineExceededException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.testing.TestGuest;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What guests and others do to machines while the host looks on ends in the right state. */
@Tag("once")
final class GuestBehaviourTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final Duration SHORT = Duration.ofMillis(500);

  @Test
  void aGuestThatPowersItselfOffIsShutOff() {
    try (VmHost host = home.open()) {
      start(host, TestGuest.running("after 0 poweroff"));

      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);

      assertThat(domain.status().reason()).isEqualTo(StateReason.SHUTDOWN);
      assertThat(domain.machine()).isEmpty();
    }
  }

  @Tag("full")
  @Test
  void aGuestThatRebootsStaysInItsMachine() throws InterruptedException {
    try (VmHost host = home.open()) {
      DomainSnapshot started = start(host, TestGuest.running("after 1 reboot"));
      String down = TestGuest.DOWN + " reboot";
      ConsoleLog.of(host, VM)
          .await(
              text -> text.contains(down) && text.indexOf(TestGuest.UP, text.indexOf(down)) > 0,
              "the second boot",
              TestHome.PATIENCE);

      DomainSnapshot domain = host.domain(VM);
      assertThat(domain.status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(domain.machine().orElseThrow().incarnation())
          .isEqualTo(started.machine().orElseThrow().incarnation());
      assertThat(HostCrashes.eventsAfter(host, 0))
          .extracting(DomainEvent::type)
          .contains(EventTypes.RESET);
    }
  }

  @Test
  void aPanickedGuestIsKeptAndAResetBringsItBack() {
    try (VmHost host = home.open()) {
      start(host, TestGuest.running("after 0 panic"));
      DomainSnapshot domain = host.await(VM, Set.of(DomainState.CRASHED), TestHome.PATIENCE);
      assertThat(domain.status().reason()).isEqualTo(StateReason.PANICKED);
      assertThat(domain.machine()).isPresent();

      VerbResult reset = host.reset(VM, CallOptions.none());

      assertThat(reset.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    }
  }

  @Test
  void aDeafGuestIsStillRunningAfterAShutdownAndDestroyedWhenToldTo() {
    try (VmHost host = home.open()) {
      start(host, TestGuest.DEAF);
      ConsoleLog.of(host, VM).await(TestGuest.UP, TestHome.PATIENCE);

      assertThatThrownBy(() -> shutdown(host, ShutdownPolicy.Afterwards.KEEP_RUNNING))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContainingAll("'vm' is still running", "destroy");
      assertThat(host.domain(VM).status().state()).isEqualTo(DomainState.RUNNING);

      DomainSnapshot destroyed = shutdown(host, ShutdownPolicy.Afterwards.DESTROY).snapshot();
      assertThat(destroyed.status().state()).isEqualTo(DomainState.SHUTOFF);
      assertThat(destroyed.status().reason()).isEqualTo(StateReason.DESTROYED);
    }
  }

  @Test
  void aQemuThatIsKilledFromOutsideHasCrashed() {
    try (VmHost host = home.open()) {
      QemuOf.machine(directory, home.startIdle(host, "vm")).kill();

      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);

      assertThat(domain.status().reason()).isEqualTo(StateReason.CRASHED);
      assertThat(domain.status().detail().orElse("")).contains("signal 9");
      assertThat(home.startIdle(host, "vm").status().state()).isEqualTo(DomainState.PAUSED);
    }
  }

  @Test
  void aQemuThatIsToldToEndFromOutsideWasDestroyedBySomebodyElse() {
    try (VmHost host = home.open()) {
      QemuOf.machine(directory, home.startIdle(host, "vm")).terminate();

      DomainSnapshot domain = host.await(VM, TestHome.OFF, TestHome.PATIENCE);

      assertThat(domain.status().reason()).isEqualTo(StateReason.DESTROYED);
      assertThat(domain.status().detail().orElse("")).contains("somebody else");
    }
  }

  private DomainSnapshot start(VmHost host, String... switches) {
    home.defineGuest(host, "vm", switches);
    return host.start(VM, StartMode.RUNNING, CallOptions.none()).snapshot();
  }

  private static VerbResult shutdown(VmHost host, ShutdownPolicy.Afterwards afterwards) {
    return host.shutdown(VM, new ShutdownPolicy(SHORT, afterwards), CallOptions.none());
  }
}
