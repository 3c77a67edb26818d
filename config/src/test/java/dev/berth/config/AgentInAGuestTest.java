package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.AgentState;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.guest.TypedAgent;
import dev.berth.host.AgentRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.qapi.agent.GuestInfo;
import dev.berth.testing.TestGuest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Debian's guest agent in the example guest, by way of a host. */
@Tag("once")
final class AgentInAGuestTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final CallOptions PATIENT = CallOptions.within(TestHome.PATIENCE);

  @Test
  void anAgentIsAskedByThisHostAndTheNextAndShutsItsGuestDown() {
    try (VmHost host = home.open()) {
      boot(host);
      assertThat(new TypedAgent(host, VM).execute(new GuestInfo(), PATIENT).supportedCommands())
          .anyMatch(command -> command.name().equals("guest-get-osinfo"));
      assertThatExceptionOfType(QemuRefusedException.class)
          .isThrownBy(() -> host.agent(VM, AgentRequest.of("guest-nothing", "{}").raw(), PATIENT))
          .withMessageStartingWith("The guest agent refused 'guest-nothing'");
    }
    try (VmHost host = home.open()) {
      awaitAgent(host, AgentState.CONNECTED);
      assertThat(host.agent(VM, AgentRequest.of("guest-shutdown", "{}"), PATIENT)).isEqualTo("{}");
      DomainSnapshot off = host.await(VM, TestHome.OFF, TestHome.PATIENCE);
      assertThat(off.status().reason()).isEqualTo(StateReason.SHUTDOWN);
    }
  }

  @Test
  void anAgentThatIsKilledIsMissedAtOnce() {
    try (VmHost host = home.open()) {
      boot(host);
      String kill = "{\"path\":\"sh\",\"arg\":[\"-c\",\"sleep 1; killall qemu-ga\"]}";
      host.agent(VM, AgentRequest.of("guest-exec", kill), PATIENT);

      awaitAgent(host, AgentState.DISCONNECTED);
      assertThatExceptionOfType(InvalidStateException.class)
          .isThrownBy(
              () -> host.agent(VM, AgentRequest.of("guest-ping", "{}"), CallOptions.none()));
    }
    try (VmHost host = home.open()) {
      awaitAgent(host, AgentState.DISCONNECTED);
    }
  }

  private void boot(VmHost host) {
    TestGuest guest = TestGuest.locate();
    home.define(
        host,
        "vm",
        "memory: 192MiB",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.agentInitrd(),
        "  cmdline: " + TestGuest.cmdline());
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM)
        .await(text -> text.contains(TestGuest.UP), "the boot", TestHome.PATIENCE);
    awaitAgent(host, AgentState.CONNECTED);
  }

  private static void awaitAgent(VmHost host, AgentState state) {
    eventually(() -> assertThat(host.domain(VM).machine().map(it -> it.agent())).contains(state));
  }
}
