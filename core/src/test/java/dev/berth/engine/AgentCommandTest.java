package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.control.ControlAccess;
import dev.berth.control.ControlServer;
import dev.berth.domain.AgentState;
import dev.berth.error.BerthException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.guest.TypedAgent;
import dev.berth.host.AgentRequest;
import dev.berth.host.CallOptions;
import dev.berth.host.LogKind;
import dev.berth.host.VmHost;
import dev.berth.qapi.agent.GuestInfo;
import dev.berth.testing.FakeAgent;
import dev.berth.testing.FakeMachine;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands for an agent that is there, and agents that come and go. */
final class AgentCommandTest extends EngineFixture {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AgentRequest PING = AgentRequest.of("guest-ping", "{}");

  private FakeMachine machine;
  private FakeAgent agent;

  @BeforeEach
  void anAgentThatListens() {
    machine = running();
    agent = machine.startAgent();
    awaitAgent(AgentState.CONNECTED);
  }

  @Test
  void anAgentIsAskedInJsonOrWithTypes() {
    agent.answer("guest-exec", "{\"pid\": 7}");
    AgentRequest exec = AgentRequest.of("guest-exec", "{\"path\":\"/bin/true\"}");

    assertThat(api().agent(WEB, exec, CallOptions.none())).isEqualTo("{\"pid\":7}");
    assertThat(new TypedAgent(api(), WEB).execute(new GuestInfo(), CallOptions.none()).version())
        .isEqualTo("7.2.22");
    assertThat(agent.received().get(0).arguments().toString()).isEqualTo(exec.arguments());
  }

  @Test
  void overTheControlSocketAnswersAndRefusalsAreTheSame() throws Exception {
    agent.answer("guest-get-time", "1234567890123");
    agent.refuse("guest-fstrim", "GenericError", "no such mount");
    AgentRequest trim = AgentRequest.of("guest-fstrim", "{}");
    Path socket = directory.resolve("control.sock");
    try (var server =
            new ControlServer(
                    host.engine()::as,
                    socket,
                    ControlAccess.OWNER_ONLY,
                    ControlServer.NOT_STOPPABLE)
                .start();
        VmHost remote = VmHost.connect(URI.create("unix:" + socket))) {
      assertThat(server).isNotNull();
      assertThat(remote.agent(WEB, AgentRequest.of("guest-get-time", "{}"), CallOptions.none()))
          .isEqualTo("1234567890123");
      assertThat(new TypedAgent(remote, WEB).execute(new GuestInfo(), CallOptions.none()).version())
          .isEqualTo("7.2.22");
      for (VmHost each : new VmHost[] {api(), remote}) {
        assertThatExceptionOfType(QemuRefusedException.class)
            .isThrownBy(() -> each.agent(WEB, trim, CallOptions.none()))
            .withMessage("The guest agent refused 'guest-fstrim': no such mount (GenericError)")
            .matches(QemuRefusedException::isByGuestAgent);
      }
    }
  }

  @Test
  void aCommandThatIsNotAnsweredIsDoneWhenItIsSent() throws Exception {
    assertThat(api().agent(WEB, AgentRequest.of("guest-shutdown", "{}"), CallOptions.none()))
        .isEqualTo("{}");
    assertThat(agent.awaitReceived(1, PATIENCE).command()).isEqualTo("guest-shutdown");
  }

  @Test
  void anAgentThatEndsIsMissedAtOnceAndFoundWhenItIsBack() throws Exception {
    agent.hold("guest-ping");
    CompletableFuture<String> call = TestHost.async(() -> ping(CallOptions.none()));
    agent.awaitReceived(1, PATIENCE);

    machine.stopAgent();
    assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OutcomeUnknownException.class);
    awaitAgent(AgentState.DISCONNECTED);
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> ping(CallOptions.none()));

    agent.release("guest-ping");
    machine.startAgent();
    awaitAgent(AgentState.CONNECTED);
    assertThat(ping(CallOptions.none())).isEqualTo("{}");
  }

  @Test
  void theNextHostAsksWhetherThereIsAnAgent() {
    reopen();
    awaitAgent(AgentState.CONNECTED);
    assertThat(ping(CallOptions.none())).isEqualTo("{}");

    host.close();
    machine.stopAgent();
    reopen();
    awaitAgent(AgentState.DISCONNECTED);
  }

  @Test
  void aSilentAgentEndsTheCallAtItsDeadlineAndDelaysNobodyElse() throws Exception {
    agent.hold("guest-ping");
    CompletableFuture<String> patient = TestHost.async(() -> ping(CallOptions.within(PATIENCE)));
    agent.awaitReceived(1, PATIENCE);

    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> ping(CallOptions.within(Duration.ofMillis(50))));
    api().pause(WEB, CallOptions.none());
    api().resume(WEB, CallOptions.none());

    agent.release("guest-ping");
    assertThat(patient.get(60, TimeUnit.SECONDS)).isEqualTo("{}");
  }

  @Test
  void aCallWithoutADeadlineEndsWhenQemuStalls() throws Exception {
    agent.hold("guest-ping");
    CompletableFuture<String> call = TestHost.async(() -> ping(CallOptions.none()));
    agent.awaitReceived(1, PATIENCE);

    machine.hang();
    assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MachineStalledException.class);
    machine.goOn();
    agent.release("guest-ping");
    eventually(() -> assertThat(ping(CallOptions.within(PATIENCE))).isEqualTo("{}"));
  }

  @Test
  void destroyingTheMachineEndsACall() throws Exception {
    agent.hold("guest-ping");
    CompletableFuture<String> call = TestHost.async(() -> ping(CallOptions.none()));
    agent.awaitReceived(1, PATIENCE);

    host.destroy("web");
    assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(BerthException.class)
        .hasMessageContaining("machine is ending");
  }

  @Test
  void closingTheHostEndsACall() throws Exception {
    agent.hold("guest-ping");
    CompletableFuture<String> call = TestHost.async(() -> ping(CallOptions.none()));
    agent.awaitReceived(1, PATIENCE);

    host.close();
    assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HostUnreachableException.class);
  }

  @Test
  void commandsAreAmongTheLastMessagesWithoutTheirSecrets() {
    agent.answer("guest-set-user-password", "{}");
    api()
        .agent(
            WEB,
            AgentRequest.of(
                "guest-set-user-password",
                "{\"username\":\"root\",\"password\":\"aHVudGVyMg==\",\"crypted\":false}"),
            CallOptions.none());

    String log = new String(api().log(WEB, LogKind.QMP, 1 << 20), StandardCharsets.UTF_8);
    assertThat(log).contains("guest-set-user-password").doesNotContain("aHVudGVyMg==");
  }

  private String ping(CallOptions options) {
    return api().agent(WEB, PING, options);
  }

  private void awaitAgent(AgentState state) {
    eventually(() -> assertThat(web().machine().map(it -> it.agent())).contains(state));
  }
}
