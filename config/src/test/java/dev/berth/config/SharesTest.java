package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.config.CrashPoint.Step;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories of the host in a real guest, served by a real virtiofsd. */
@Tag("once")
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class SharesTest {
  @TempDir private Path directory;
  private TestHome home;
  private Path shared;

  @BeforeEach
  void aHomeAndADirectory() throws IOException {
    home = new TestHome(directory);
    shared = Files.createDirectory(directory.resolve("one, two"));
    Files.writeString(shared.resolve("from-host"), "hello guest\n");
    assumeTrue(HomeLayout.userId() == 0, "the virtiofsd of QEMU 7.2 works as root only");
  }

  @AfterEach
  void nothingIsLeftRunning() throws IOException {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
    eventually(() -> assertThat(servers()).isEmpty());
  }

  @Test
  void aGuestReadsAndWritesADirectoryWhoeverIsTheHost() throws Exception {
    try (VmHost host = home.open()) {
      define(host, "data", guest());
      host.start(CrashingHost.VM, StartMode.RUNNING, CallOptions.none());
      ConsoleLog.of(host, CrashingHost.VM).await(TestGuest.UP, TestHome.PATIENCE);
      type(host, "mount -t virtiofs files /mnt && cat /mnt/from-host", "hello guest");
    }
    List<ProcessHandle> before = servers();

    HostCrashes.killAtRest(directory);

    try (VmHost host = home.open()) {
      DomainSnapshot adopted = TestHome.settled(host, CrashingHost.VM);
      assertThat(adopted.status().state()).isEqualTo(DomainState.RUNNING);
      assertThat(servers()).isEqualTo(before).isNotEmpty();
      type(host, "echo hello host >/mnt/from-guest; sync; echo WRITTEN", "WRITTEN");
      assertThat(shared.resolve("from-guest")).hasContent("hello host");
      assertThat(lost(host)).isEmpty();

      host.destroy(CrashingHost.VM, TestHome.PATIENCE, CallOptions.none());

      assertThat(lost(host)).isEmpty();
    }
  }

  @Test
  void aShareWhoseServerDiesIsToldOnceAndShown() throws Exception {
    try (VmHost host = home.open()) {
      define(host, "data", "");
      host.start(CrashingHost.VM, StartMode.PAUSED, CallOptions.none());

      servers().forEach(ProcessHandle::destroyForcibly);

      eventually(
          () ->
              assertThat(host.domain(CrashingHost.VM).machine().orElseThrow().lostShares())
                  .containsExactly("data"));
    }
    try (VmHost host = home.open()) {
      DomainSnapshot adopted = TestHome.settled(host, CrashingHost.VM);
      assertThat(adopted.machine().orElseThrow().lostShares()).containsExactly("data");
      assertThat(lost(host)).containsExactly(new EventBody.ShareLost("data"));
    }
  }

  @Test
  void aShareThatWasLostWhileNobodyLookedIsFoundOut() throws Exception {
    try (VmHost host = home.open()) {
      define(host, "data", "");
      host.start(CrashingHost.VM, StartMode.PAUSED, CallOptions.none());
    }
    servers().forEach(ProcessHandle::destroyForcibly);

    try (VmHost host = home.open()) {
      eventually(() -> assertThat(lost(host)).containsExactly(new EventBody.ShareLost("data")));
    }
  }

  @Test
  void aServerThatOutlivesItsQemuIsEndedByTheNextHost() throws Exception {
    QemuOf qemu;
    try (VmHost host = home.open()) {
      define(host, "data", "");
      qemu =
          QemuOf.machine(
              directory,
              host.start(CrashingHost.VM, StartMode.PAUSED, CallOptions.none()).snapshot());
    }
    for (ProcessHandle server : servers()) {
      freeze(server);
    }
    qemu.kill();
    assertThat(servers()).isNotEmpty();

    try (VmHost host = home.open()) {
      assertThat(TestHome.settled(host, CrashingHost.VM).status().state())
          .isEqualTo(DomainState.SHUTOFF);
      eventually(() -> assertThat(servers()).isEmpty());
      assertThat(lost(host)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DURING", "AFTER"})
  void aStartThatWasCutOffLeavesNoServer(CrashPoint.Moment moment) throws Exception {
    try (VmHost host = home.open()) {
      define(host, "data", "");
    }

    HostCrashes.crash(directory, CrashingHost.Verb.START, new CrashPoint(moment, Step.LAUNCH));

    DomainSnapshot domain = HostCrashes.recovered(home, CrashingHost.VM);
    assertThat(domain.status().reason()).isEqualTo(StateReason.FAILED);
    eventually(() -> assertThat(servers()).isEmpty());
  }

  private void define(VmHost host, String share, String more) {
    home.define(
        host,
        "vm",
        "memory: 128MiB",
        "shares:",
        "  - {name: " + share + ", source: 'one, two', tag: files}",
        more);
  }

  private static String guest() {
    TestGuest guest = TestGuest.locate();
    return String.join(
        "\n",
        "boot:",
        "  kernel: " + guest.kernel(),
        "  initrd: " + guest.initrd(),
        "  cmdline: " + TestGuest.cmdline());
  }

  /** Types a line and stays until the guest answers: QEMU drops what is left of one who goes. */
  private static void type(VmHost host, String line, String answer) throws IOException {
    try (Console typing = host.console(CrashingHost.VM)) {
      typing.output().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      ConsoleLog.of(host, CrashingHost.VM).await(answer, TestHome.PATIENCE);
    }
  }

  private List<ProcessHandle> servers() {
    return new ShareProcesses(directory).all();
  }

  private static void freeze(ProcessHandle process) throws Exception {
    Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + process.pid()).start();
    assertThat(kill.waitFor()).isZero();
  }

  private static List<EventBody> lost(VmHost host) throws InterruptedException {
    return HostCrashes.eventsAfter(host, 0).stream()
        .map(DomainEvent::body)
        .filter(EventBody.ShareLost.class::isInstance)
        .toList();
  }
}
