package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.BackupName;
import dev.berth.backup.Consistency;
import dev.berth.domain.AgentState;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.guest.TypedAgent;
import dev.berth.host.AgentRequest;
import dev.berth.host.BackupRequest;
import dev.berth.host.BackupRequest.Quiesce;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.json.Json;
import dev.berth.qapi.agent.GuestInfo;
import dev.berth.testing.TestGuest;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  @Test
  void aGuestIsAtRestForTheMomentOfItsBackup() throws Exception {
    try (RandomAccessFile disk = new RandomAccessFile(directory.resolve("vda").toFile(), "rw")) {
      disk.setLength(32 << 20);
    }
    Path backups = Files.createDirectory(directory.resolve("backups"));
    try (VmHost host = home.open()) {
      boot(host, "disks: [{name: vda, format: raw, file: vda}]");
      String mount =
          "modprobe ext4; mke2fs /dev/vda && mount -t ext4 /dev/vda /mnt && echo MOUNTED"
              + " >/dev/console";
      ObjectNode exec = Json.object().put("path", "sh");
      exec.putArray("arg").add("-c").add(mount);
      host.agent(VM, AgentRequest.of("guest-exec", Json.text(exec)), PATIENT);
      ConsoleLog console = ConsoleLog.of(host, VM);
      console.await(text -> text.contains("MOUNTED"), "the mount", TestHome.PATIENCE);

      Job job =
          host.backups()
              .create(
                  VM,
                  BackupRequest.to(backups, new BackupName("first")).with(Quiesce.REQUIRED),
                  JobOptions.none(),
                  PATIENT);

      Job ended = host.awaitJob(job.id(), TestHome.PATIENCE);
      assertThat(ended.status().phase()).as(ended.toString()).isEqualTo("complete");
      assertThat(host.backups().list(backups, PATIENT).get(0).consistency())
          .isEqualTo(Consistency.application());
      console.await(
          text -> text.contains("FSFREEZE freeze") && text.contains("FSFREEZE thaw"),
          "the hooks",
          TestHome.PATIENCE);
      assertThat(host.agent(VM, AgentRequest.of("guest-fsfreeze-status", "{}"), PATIENT))
          .isEqualTo("\"thawed\"");
    }
  }

  private void boot(VmHost host, String... more) {
    TestGuest guest = TestGuest.locate();
    List<String> lines =
        new ArrayList<>(
            List.of(
                "memory: 192MiB",
                "boot:",
                "  kernel: " + guest.kernel(),
                "  initrd: " + guest.agentInitrd(),
                "  cmdline: " + TestGuest.cmdline()));
    lines.addAll(List.of(more));
    home.define(host, "vm", lines.toArray(String[]::new));
    host.start(VM, StartMode.RUNNING, CallOptions.none());
    ConsoleLog.of(host, VM)
        .await(text -> text.contains(TestGuest.UP), "the boot", TestHome.PATIENCE);
    awaitAgent(host, AgentState.CONNECTED);
  }

  private static void awaitAgent(VmHost host, AgentState state) {
    eventually(() -> assertThat(host.domain(VM).machine().map(it -> it.agent())).contains(state));
  }
}
