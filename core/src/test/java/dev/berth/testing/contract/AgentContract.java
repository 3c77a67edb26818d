package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.guest.TypedAgent;
import dev.berth.host.AgentRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.StartMode;
import dev.berth.qapi.agent.GuestPing;
import org.junit.jupiter.api.Test;

/** Commands for a guest's agent, when there is none in the guest. */
public interface AgentContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aGuestWithoutAnAgentIsToldAtOnce() {
    rig().webIs(DomainState.RUNNING);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> ping(CallOptions.none()))
        .withMessageContaining("the guest agent is not running in the guest");
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> ping(CallOptions.within(HostRig.PATIENCE)));
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(
            () -> new TypedAgent(rig().host(), WEB).execute(new GuestPing(), CallOptions.none()));
    assertThat(agent()).isEqualTo(AgentState.DISCONNECTED);
  }

  @Test
  default void aMachineWithoutTheAgentsChannelHasNone() {
    rig().define("name: web\nmemory: 64MiB\nagent: false\n", new DefineCondition.Always());
    rig().start(StartMode.RUNNING);

    assertThat(refusal(AgentRequest.of("guest-ping", "{}"))).isEqualTo(InvalidStateException.class);
    assertThat(agent()).isEqualTo(AgentState.NO_CHANNEL);
  }

  @Test
  default void theAgentNeedsAGuestThatRuns() {
    rig().webIs(DomainState.SHUTOFF);
    AgentRequest ping = AgentRequest.of("guest-ping", "{}");

    assertThat(refusal(ping)).isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);
    assertThat(refusal(ping)).isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.agent(NONE, ping, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void whatNoKnownAgentTakesIsNotSent() {
    rig().webIs(DomainState.RUNNING);

    isInvalid(AgentRequest.of("guest-pnig", "{}"), "did you mean 'guest-ping'");
    isInvalid(AgentRequest.of("guest-exec", "{}"), "arguments.path: is missing");
    isInvalid(AgentRequest.of("guest-ping", "{\"loud\":true}"), "arguments.loud");
    assertThat(refusal(AgentRequest.of("guest-newest", "{}").raw()))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void anAgentsArgumentsAreOneObjectToo() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> AgentRequest.of("guest-ping", "[]"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> AgentRequest.of("guest ping", "{}"));
  }

  private void ping(CallOptions options) {
    rig().host().agent(WEB, AgentRequest.of("guest-ping", "{}"), options);
  }

  private AgentState agent() {
    return rig().host().domain(WEB).machine().orElseThrow().agent();
  }

  private Class<?> refusal(AgentRequest request) {
    return rig().errorOf(host -> host.agent(WEB, request, CallOptions.none()));
  }

  private void isInvalid(AgentRequest request, String words) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> rig().host().agent(WEB, request, CallOptions.none()))
        .withMessageContaining(words);
  }
}
