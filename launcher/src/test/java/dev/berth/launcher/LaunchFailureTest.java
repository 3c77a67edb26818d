package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.berth.definition.Boot;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.definition.Nic;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.qmp.CommandGate;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Launches that fail: what is said, and that nothing is left. */
@ExtendWith(LeakCheck.class)
final class LaunchFailureTest {
  private static final UUID OTHER = UUID.fromString("0b2c3b44-0000-4000-8000-000000000002");

  @TempDir Path home;
  private LauncherFixture host;

  @BeforeEach
  void start() {
    host = LauncherFixture.in(home);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void anImageInUseByAnotherMachineIsNamedWithItsDisk() throws Exception {
    DomainDefinition definition =
        Definitions.withDisks(Definitions.bare(), image(Access.READ_WRITE));
    Machine first = host.launch(definition);
    LaunchRecord second = host.plan(definition.withUuid(OTHER));

    assertThatThrownBy(() -> launch(second))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("disk 'root'")
        .hasMessageContaining("Failed to get \"write\" lock")
        .hasMessageContaining("Another process uses the image");

    assertNothingIsLeftOf(second);
    assertThat(first.process().exit()).isNotDone();
  }

  @Test
  void readOnlyImagesCanBeShared() throws Exception {
    DomainDefinition definition =
        Definitions.withDisks(Definitions.bare(), image(Access.READ_ONLY));

    Machine first = host.launch(definition);
    Machine second = host.launch(definition.withUuid(OTHER));

    assertThat(first.process().exit()).isNotDone();
    assertThat(second.process().exit()).isNotDone();
  }

  @Test
  void aPortThatIsTakenAfterPlanningIsNamedWithItsInterface() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    LaunchRecord launch = host.plan(forwarding(port));

    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> launch(launch))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("network interface 'lan'")
          .hasMessageContaining(Integer.toString(port))
          .hasMessageContaining("port is taken");
      assertThat(taken.isBound()).isTrue();
    }
    assertNothingIsLeftOf(launch);
  }

  @Test
  void aPortThatIsTakenBeforeIsAProblemOfTheDefinition() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      assertThatThrownBy(() -> host.plan(forwarding(taken.getLocalPort())))
          .isInstanceOf(InvalidDefinitionException.class)
          .hasMessageContaining("nics[0].forwards[0].host-port");
    }
  }

  @Test
  void aKernelThatIsNoneIsReportedInQemusWords() throws Exception {
    Path kernel = Files.writeString(home.resolve("vmlinuz"), "no kernel");
    LaunchRecord launch =
        host.plan(
            Definitions.withBoot(
                Definitions.bare(), new Boot.Kernel(kernel, Optional.empty(), "")));

    assertThatThrownBy(() -> launch(launch))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("Cannot start domain 'web-1'")
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("kernel")
        .hasMessageContaining("boot.kernel");
    assertNothingIsLeftOf(launch);
  }

  @Test
  void onlyThisLaunchsPartOfTheLogIsQuoted() throws Exception {
    LaunchRecord first = playing("echo old news; exit 1");
    assertThatThrownBy(() -> launch(first)).hasMessageContaining("old news");
    LaunchRecord second = playing("echo fresh news; exit 2");

    assertThatThrownBy(() -> launch(second))
        .hasMessageContaining("exit code 2")
        .hasMessageContaining("fresh news")
        .hasMessageNotContaining("old news");
  }

  @Test
  void aQemuThatEndsWhileItIsProvedIsReportedByItsEnd() throws Exception {
    LaunchRecord launch = host.plan(Definitions.bare());
    LaunchSequence sequence =
        new LaunchSequence(
            host.loop(),
            starting -> {
              host.alive(starting).kill();
              return new Identity.Unprovable("it is on its way out");
            });
    Deadline deadline = Deadline.of(LauncherFixture.LIMIT);

    try (QemuShell shell = QemuShell.start(launch, List.of())) {
      assertThatThrownBy(
              () ->
                  sequence.launch(
                      launch, qmp -> {}, shell, CommandGate.OPEN, event -> {}, deadline))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("QEMU ended with signal 9")
          .hasMessageNotContaining("on its way out");
    }
    host.launcher().abort(launch);
    assertNothingIsLeftOf(launch);
  }

  @Test
  void aQemuThatHangsAtItsStartIsEndedAtTheDeadline() throws Exception {
    LaunchRecord launch = playing("kill -STOP $$");

    assertThatThrownBy(
            () ->
                host.launcher()
                    .launch(
                        launch,
                        HeldResources.none(),
                        () -> {},
                        event -> {},
                        Deadline.of(Duration.ofMillis(300))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("within the deadline");
    assertNothingIsLeftOf(launch);
  }

  @Test
  void anInterruptedLaunchIsUndone() throws Exception {
    LaunchRecord launch = playing("echo here; sleep 1000");
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread caller =
        new Thread(() -> failure.set(catchThrowable(() -> launch(launch))), "berth-test-caller");
    caller.start();
    LauncherFixture.awaitText(launch.files().qemuLog(), "here");

    caller.interrupt();
    caller.join();

    assertThat(failure.get()).isInstanceOf(InterruptedException.class);
    assertNothingIsLeftOf(launch);
  }

  @Test
  void aSocketPathThatIsTooLongIsRefusedWithTheRemedy() throws Exception {
    try (var far = LauncherFixture.in(home.resolve("d".repeat(80)))) {
      LaunchRecord launch = far.plan(Definitions.bare());

      assertThatThrownBy(
              () ->
                  far.launcher()
                      .launch(
                          launch,
                          HeldResources.none(),
                          () -> {},
                          event -> {},
                          Deadline.of(LauncherFixture.LIMIT)))
          .isInstanceOf(HostFailureException.class)
          .hasMessageContaining("the kernel allows 107")
          .hasMessageContaining(launch.files().qmpSocket().toString())
          .hasMessageContaining("BERTH_HOME");
    }
  }

  @Test
  void abortingALaunchThatOnlyJustBeganLeavesNothing() throws Exception {
    LaunchRecord launch = playing("echo here; trap '' TERM; while :; do sleep 1; done");
    QemuShell shell = QemuShell.start(launch, List.of());
    shell.startQemu();
    LauncherFixture.awaitText(launch.files().qemuLog(), "here");

    host.launcher().abort(launch);

    assertNothingIsLeftOf(launch);
    host.launcher().abort(launch);
  }

  @Test
  void aLaunchThatIsNotClearedHasDoneNothing() throws Exception {
    LaunchRecord launch = playing("echo here; exit 1");

    assertThatThrownBy(
            () ->
                host.launcher()
                    .launch(
                        launch,
                        HeldResources.none(),
                        this::refuse,
                        event -> {},
                        Deadline.of(LauncherFixture.LIMIT)))
        .hasMessage("It is not on record.");
    LauncherFixture.await("no process", () -> !anyAlive(launch));
    assertThat(launch.files().runDirectory()).doesNotExist();
    assertThat(launch.files().logDirectory()).doesNotExist();
  }

  private void refuse() {
    throw new HostFailureException("It is not on record.");
  }

  private Machine launch(LaunchRecord launch) throws InterruptedException {
    return host.launcher()
        .launch(
            launch,
            HeldResources.none(),
            () -> {},
            event -> {},
            Deadline.of(LauncherFixture.LIMIT));
  }

  private void assertNothingIsLeftOf(LaunchRecord launch) {
    assertThat(anyAlive(launch)).isFalse();
    assertThat(launch.files().runDirectory()).doesNotExist();
  }

  private static boolean anyAlive(LaunchRecord launch) {
    try (ProcessTable table = new ProcessTable()) {
      return new LaunchProcesses(launch, table).anyAlive();
    }
  }

  private static DomainDefinition forwarding(int port) {
    PortForward forward = new PortForward(Protocol.TCP, "127.0.0.1", port, 22);
    return Definitions.withNics(Definitions.bare(), new Nic("lan", List.of(forward)));
  }

  private Disk image(Access access) throws Exception {
    Path image = Files.write(home.resolve("root.raw"), new byte[1 << 20]);
    return Definitions.disk("root", DiskFormat.RAW, image, access);
  }

  /** A launch in which a script plays QEMU. */
  private LaunchRecord playing(String script) throws Exception {
    LaunchRecord real = host.plan(Definitions.bare());
    List<String> argv = new ArrayList<>(real.argv());
    argv.set(0, Scripts.write(home.resolve("qemu-played"), script).toString());
    return host.owning(
        new LaunchRecord(
            real.subject(),
            real.qemu(),
            real.hardware(),
            argv,
            real.assembly(),
            real.devices(),
            real.files()));
  }
}
