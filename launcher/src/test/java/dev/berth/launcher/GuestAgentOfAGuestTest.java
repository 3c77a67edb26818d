package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Boot;
import dev.berth.definition.DomainDefinition;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineLostException;
import dev.berth.error.QemuRefusedException;
import dev.berth.guest.GuestAgent;
import dev.berth.json.Json;
import dev.berth.machine.Machine;
import dev.berth.qapi.agent.GuestAgentCommandInfo;
import dev.berth.qapi.agent.GuestInfo;
import dev.berth.qapi.agent.GuestPing;
import dev.berth.qapi.misc.Cont;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.RawCommand;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A real agent in a real guest, by the channel that a machine gets. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class GuestAgentOfAGuestTest {
  private static final String RESTART_LATER =
      "sleep 1; killall qemu-ga; sleep 6; echo yes >/tmp/restarted; exec qemu-ga -m virtio-serial"
          + " -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run/qemu";

  @TempDir Path home;
  private LauncherFixture host;
  private Machine machine;
  private GuestAgent agent;

  @BeforeEach
  void boot() throws InterruptedException {
    TestGuest guest = TestGuest.locate();
    DomainDefinition definition =
        Definitions.withDevices(
            Definitions.withBoot(
                Definitions.guest(),
                new Boot.Kernel(
                    guest.kernel(), Optional.of(guest.agentInitrd()), TestGuest.cmdline())),
            Definitions.allDevices());
    host = LauncherFixture.in(home);
    machine = host.launch(definition);
    agent = new GuestAgent(machine.launch().files().agentSocket());
  }

  @AfterEach
  void end() {
    agent.close();
    host.close();
  }

  @Test
  void theAgentIsFoundOnceTheGuestIsUpAndDoesWhatItIsTold() throws InterruptedException {
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), Deadline.of(Duration.ofMillis(50))))
        .withMessageContaining("was not sent");

    machine.qmp().execute(new Cont(), soon());
    agent.execute(new GuestPing(), soon());

    assertThat(agent.execute(new GuestInfo(), soon()).supportedCommands())
        .contains(new GuestAgentCommandInfo("guest-exec", true, Optional.of(true)))
        .contains(new GuestAgentCommandInfo("guest-shutdown", true, Optional.of(false)));
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> agent.execute(command("guest-nothing"), soon()))
        .matches(refusal -> refusal.errorClass().equals("CommandNotFound"));
    assertThat(outputOf("echo", "gr\u00fc\u00dfe")).isEqualTo("gr\u00fc\u00dfe\n");
  }

  @Test
  void anAgentThatIsKilledIsMissedAndItsSuccessorFound() throws InterruptedException {
    machine.qmp().execute(new Cont(), soon());
    agent.execute(new GuestPing(), soon());

    // With output captured, the agent would wait for the end of what it has started.
    ObjectNode restart = Json.object().put("path", "sh");
    restart.putArray("arg").add("-c").add(RESTART_LATER);
    agent.execute(new RawCommand("guest-exec", restart), soon());

    assertThat(answersUntilItIsKilled()).isNotNegative();
    agent.execute(new GuestPing(), soon()); // waits until there is an agent again
    assertThat(outputOf("cat", "/tmp/restarted")).isEqualTo("yes\n");
  }

  private int answersUntilItIsKilled() throws InterruptedException {
    Deadline patience = soon();
    for (int answers = 0; !patience.hasPassed(); answers++) {
      try {
        agent.execute(new GuestPing(), Deadline.of(Duration.ofSeconds(2)));
      } catch (DeadlineExceededException gone) {
        return answers;
      }
    }
    throw new AssertionError("the agent was not killed");
  }

  @Test
  void aMachineThatEndsTakesItsAgentAlong() throws InterruptedException {
    machine.qmp().execute(new Cont(), soon());
    agent.execute(new GuestPing(), soon());

    machine.process().kill();

    assertThatExceptionOfType(MachineLostException.class)
        .isThrownBy(() -> agent.execute(new GuestPing(), soon()));
  }

  private String outputOf(String... words) throws InterruptedException {
    long pid = run(words);
    JsonNode status;
    do {
      status =
          agent.execute(new RawCommand("guest-exec-status", Json.object().put("pid", pid)), soon());
    } while (!status.path("exited").booleanValue());
    return new String(
        Base64.getDecoder().decode(Json.text(status, "out-data")), StandardCharsets.UTF_8);
  }

  private long run(String... words) throws InterruptedException {
    ObjectNode arguments = Json.object().put("path", words[0]).put("capture-output", true);
    var rest = arguments.putArray("arg");
    for (int i = 1; i < words.length; i++) {
      rest.add(words[i]);
    }
    return Json.number(agent.execute(new RawCommand("guest-exec", arguments), soon()), "pid");
  }

  private static RawCommand command(String name) {
    return new RawCommand(name, Json.object());
  }

  private static Deadline soon() {
    return Deadline.of(LauncherFixture.LIMIT);
  }
}
