package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class QemuLauncherTest {
  @TempDir Path home;

  @Test
  void aGuestRunsAfterLaunchAndContinue() throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine =
          host.launch(
              Definitions.withDevices(Definitions.guest("heartbeat"), Definitions.allDevices()));
      assertThat(status(machine.qmp())).isEqualTo("prelaunch");

      machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), TestGuest.UP);
    }
  }

  /** Java keeps a thread for each child of its own. */
  @Test
  void aLaunchedMachineIsNoChildOfThisProcess() throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(Definitions.bare());

      LauncherFixture.await("no child left", () -> ofLaunch(machine.launch()).isEmpty());

      assertThat(machine.process().condition()).isEqualTo(QemuProcess.Condition.ALIVE);
      assertThat(status(machine.qmp())).isEqualTo("prelaunch");
    }
  }

  /** Descendants, for a grandchild has a child above it. */
  private static List<ProcessHandle> ofLaunch(LaunchRecord launch) {
    try (ProcessTable table = new ProcessTable()) {
      return ProcessHandle.current()
          .descendants()
          .filter(
              each ->
                  LaunchProcesses.belongsTo(launch, table.commandLine(each.pid()).orElseThrow()))
          .toList();
    }
  }

  @Test
  void aMachineIsRecognisedAndReachedByAnotherLauncher() throws Exception {
    LaunchRecord launch;
    long pid;
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(Definitions.bare());
      launch = machine.launch();
      pid = machine.process().pid();
      host.leave();

      try (var next = LauncherFixture.in(home)) {
        QemuProcess process = next.alive(next.owning(launch));
        assertThat(process.pid()).isEqualTo(pid);
        try (QmpConnection qmp =
            next.launcher()
                .reconnect(launch, process, event -> {})
                .get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          assertThat(status(qmp)).isEqualTo("prelaunch");
        }
      }
    }
  }

  @Test
  void aKilledQemuIsNoticedWithItsSignal() throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(Definitions.bare());

      machine.process().kill();

      assertThat(end(machine.process())).isEqualTo(ProcessExit.ofShellCode(128 + 9));
      assertThat(machine.process().condition()).isEqualTo(QemuProcess.Condition.GONE);
      assertThat(host.launcher().identify(machine.launch()))
          .isEqualTo(new Identity.Gone(ProcessExit.ofShellCode(128 + 9)));
    }
  }

  @Test
  void aTerminatedQemuExitsCleanly() throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(Definitions.bare());

      machine.process().terminate();

      assertThat(end(machine.process()).exitCode()).isEqualTo(OptionalInt.of(0));
      host.launcher().removeRunDirectory(machine.launch());
      assertThat(home.resolve("run")).isEmptyDirectory();
      host.launcher().removeFiles(LauncherFixture.DOMAIN);
      assertThat(Files.exists(machine.launch().files().logDirectory())).isFalse();
    }
  }

  private static ProcessExit end(QemuProcess process) throws Exception {
    return process.exit().get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private static String status(QmpConnection qmp) throws InterruptedException {
    return qmp.execute(new QueryStatus(), Deadline.of(LauncherFixture.LIMIT)).status().toString();
  }
}
