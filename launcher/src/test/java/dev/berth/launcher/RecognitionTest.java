package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.HostFailureException;
import dev.berth.error.MachineLostException;
import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.ProcessExit;
import dev.berth.machine.QemuProcess;
import dev.berth.machine.QemuProcess.Condition;
import dev.berth.qmp.QmpConnection;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Machines that another host process left behind. */
@ExtendWith(LeakCheck.class)
final class RecognitionTest {
  private static final UUID OTHER = UUID.fromString("0b2c3b44-0000-4000-8000-000000000002");

  @TempDir Path home;
  private LaunchRecord launch;
  private long pid;
  private LauncherFixture next;

  @BeforeEach
  void leaveAMachineBehind() throws Exception {
    try (var first = new Gone(LauncherFixture.in(home))) {
      Machine machine = first.host.launch(Definitions.bare());
      launch = machine.launch();
      pid = machine.process().pid();
    }
    next = LauncherFixture.in(home);
    next.owning(launch);
  }

  /** A host that goes away without ending its machines. */
  private record Gone(LauncherFixture host) implements AutoCloseable {
    @Override
    public void close() {
      host.leave();
    }
  }

  @AfterEach
  void endIt() {
    next.close();
  }

  @Test
  void theEndOfAnAdoptedMachineIsNoticedWithItsSignal() throws Exception {
    QemuProcess process = next.alive(launch);

    signal("KILL");

    assertThat(process.exit().get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ProcessExit.ofShellCode(128 + 9));
    process.kill();
    process.terminate();
    assertThat(process.condition()).isEqualTo(Condition.GONE);
  }

  @Test
  void aMachineThatEndedMeanwhileIsGoneWithItsExitCode() throws Exception {
    signal("TERM");
    LauncherFixture.await("QEMU has ended", () -> ExitFile.exists(launch.files()));

    assertThat(next.launcher().identify(launch))
        .isEqualTo(new Identity.Gone(ProcessExit.ofShellCode(0)));
  }

  @Test
  void aMachineWhoseFilesAreGoneToo() throws Exception {
    next.launcher().abort(launch);

    assertThat(next.launcher().identify(launch)).isEqualTo(new Identity.Gone(ProcessExit.UNKNOWN));
  }

  @Test
  void aPidThatSomebodyElseGotIsNeverTakenForTheMachine() throws Exception {
    Process bystander = new ProcessBuilder("sleep", "1000").start();
    try {
      Files.writeString(launch.files().pidFile(), bystander.pid() + "\n");

      assertThat(next.launcher().identify(launch)).isInstanceOf(Identity.Unprovable.class);

      signal("KILL");
      LauncherFixture.await("QEMU has ended", () -> ExitFile.exists(launch.files()));
      Files.writeString(launch.files().pidFile(), bystander.pid() + "\n");

      assertThat(next.launcher().identify(launch))
          .isEqualTo(new Identity.Gone(ProcessExit.ofShellCode(128 + 9)));
      next.launcher().abort(launch);
      assertThat(bystander.isAlive()).isTrue();
    } finally {
      bystander.destroyForcibly().waitFor();
    }
  }

  @Test
  void aPidfileThatWasReplacedLeavesTheMachineUnprovable() throws Exception {
    Path pidFile = launch.files().pidFile();
    Files.delete(pidFile);
    assertThat(next.launcher().identify(launch)).isInstanceOf(Identity.Unprovable.class);

    Files.writeString(pidFile, pid + "\n");
    assertThat(next.launcher().identify(launch)).isInstanceOf(Identity.Unprovable.class);

    Files.writeString(pidFile, "no number");
    assertThat(next.launcher().identify(launch)).isInstanceOf(Identity.Unprovable.class);
  }

  @Test
  void aMachineWhoseRunDirectoryWasRemovedIsProvedByThePidfileThatItHolds() throws Exception {
    RunFiles.deleteTree(launch.files().runDirectory());

    QemuProcess process = next.alive(launch);

    assertThat(process.pid()).isEqualTo(pid);
    assertThatThrownBy(() -> reconnect(process).get())
        .hasMessageContaining(launch.files().qmpSocket().toString());
    process.terminate();
    assertThat(process.exit().get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ProcessExit.UNKNOWN);
    assertThat(next.launcher().identify(launch)).isEqualTo(new Identity.Gone(ProcessExit.UNKNOWN));
  }

  @Test
  void anUndoThatWasCutOffIsRecognisedAndGoesOn() throws Exception {
    Path directory = launch.files().runDirectory();
    Files.move(directory, directory.resolveSibling(directory.getFileName() + ".gone"));

    assertThat(next.launcher().identify(launch)).isEqualTo(new Identity.Abandoned());

    next.launcher().abort(launch);
    assertThat(next.launcher().identify(launch)).isEqualTo(new Identity.Gone(ProcessExit.UNKNOWN));
    assertThat(home.resolve("run")).isEmptyDirectory();
  }

  @Test
  void aProcessThatOnlyMentionsTheLaunchIsNotOurs() throws Exception {
    Process reader =
        new ProcessBuilder("tail", "-f", "/dev/null", launch.files().pidFile().toString()).start();
    try {
      next.launcher().abort(launch);

      assertThat(reader.isAlive()).isTrue();
    } finally {
      reader.destroyForcibly().waitFor();
    }
  }

  @Test
  void aStoppedMachineKeepsItsReconnectWaitingAndNobodyElse() throws Exception {
    signal("STOP");
    LauncherFixture.await(
        "QEMU is stopped", () -> next.alive(launch).condition() == Condition.STOPPED);
    CompletableFuture<QmpConnection> waiting = reconnect(next.alive(launch));

    Machine other = next.launch(Definitions.bare().withUuid(OTHER));

    assertThat(other.process().condition()).isEqualTo(Condition.ALIVE);
    assertThat(waiting).isNotDone();
    signal("CONT");
    waiting.get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS).close();
  }

  @Test
  void anAdoptedMachineIsGatedByTheSchemaThatWasKeptOfItsBinary() throws Exception {
    try (QmpConnection qmp = connected()) {
      LauncherFixture.await("the gate knows", () -> !qmp.supports("dance"));

      assertThat(qmp.supports("query-status")).isTrue();
    }
  }

  @Test
  void anAdoptedMachineOfAnUnknownBinaryIsAskedItself() throws Exception {
    next.leave();
    next = LauncherFixture.with(LauncherFixture.settingsApart(home)); // nothing is known there
    next.owning(launch);

    try (QmpConnection qmp = connected()) {
      LauncherFixture.await("the gate knows", () -> !qmp.supports("dance"));

      assertThat(qmp.supports("blockdev-add", "node-name")).isTrue();
    }
  }

  private QmpConnection connected() throws Exception {
    return reconnect(next.alive(launch)).get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void aReconnectFailsWhenTheMachineEnds() throws Exception {
    signal("STOP");
    QemuProcess process = next.alive(launch);
    CompletableFuture<QmpConnection> waiting = reconnect(process);

    process.kill();

    assertThatThrownBy(() -> waiting.get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(MachineLostException.class);
  }

  @Test
  void aReconnectFailsWhenTheSocketWasRemoved() throws Exception {
    Files.delete(launch.files().qmpSocket());

    assertThatThrownBy(() -> reconnect(next.alive(launch)).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(HostFailureException.class)
        .hasMessageContaining("socket");
  }

  @Test
  void theShellsDeathCostsTheExitCodeOnly() throws Exception {
    QemuProcess process = next.alive(launch);
    long shell = new ProcessTable().parent(pid).orElseThrow();
    try (Pidfd pidfd = Pidfd.open(shell).orElseThrow()) {
      pidfd.signal(Signal.SIGKILL);
      assertThat(pidfd.awaitEnd(10_000)).isTrue();
    }
    assertThat(process.condition()).isEqualTo(Condition.ALIVE);

    process.kill();

    assertThat(process.exit().get(LauncherFixture.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .isEqualTo(ProcessExit.UNKNOWN);
  }

  @Test
  void aMachineOfWhichOnlyTheIncarnationIsKnownIsEnded() throws Exception {
    endUnreadable();

    assertThat(next.launcher().identify(launch)).isEqualTo(new Identity.Gone(ProcessExit.UNKNOWN));
    assertThat(home.resolve("run")).isEmptyDirectory();
    endUnreadable();
  }

  @Test
  void whatOnlyNamesAnIncarnationIsLeftToAPersonAndNamed() throws Exception {
    String mention = "--oddly=" + launch.incarnation();
    Process stranger = new ProcessBuilder("sh", "-c", "sleep 1000; :", mention).start();
    try {
      assertThatThrownBy(this::endUnreadable)
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("process " + stranger.pid());
      assertThat(stranger.isAlive()).isTrue();
      assertThat(launch.files().runDirectory()).exists();
    } finally {
      stranger.descendants().forEach(ProcessHandle::destroyForcibly);
      stranger.destroyForcibly().waitFor();
    }
    endUnreadable();
    assertThat(home.resolve("run")).isEmptyDirectory();
  }

  @Test
  void anIncarnationThatIsNoneNeverBecomesPartOfAPath() {
    assertThatThrownBy(
            () -> next.launcher().endUnreadable(LauncherFixture.DOMAIN, "..", Duration.ZERO))
        .isInstanceOf(HostFailureException.class);
    assertThat(launch.files().runDirectory()).exists();
  }

  private void endUnreadable() {
    next.launcher()
        .endUnreadable(LauncherFixture.DOMAIN, launch.incarnation(), Duration.ofSeconds(10));
  }

  private CompletableFuture<QmpConnection> reconnect(QemuProcess process) {
    return next.launcher().reconnect(launch, process, event -> {});
  }

  /** Signals QEMU from outside, as an operator would. */
  private void signal(String name) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }
}
