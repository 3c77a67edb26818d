package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Boot;
import dev.berth.definition.Compute;
import dev.berth.definition.Devices;
import dev.berth.definition.Devices.Presence;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Network.PortForward;
import dev.berth.definition.Network.Protocol;
import dev.berth.definition.Nic;
import dev.berth.domain.ByteSize;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestGuest;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What guests see of the machines that are planned. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class GuestTest {
  @TempDir Path home;

  @Test
  void aGuestWritesToItsDiskAndCannotWriteToAReadOnlyOne() throws Exception {
    Path writable = image("data.raw", 8 << 20);
    Path protectedImage = image("base.raw", 1 << 20);
    DomainDefinition definition =
        Definitions.withDisks(
            Definitions.guest("writer /dev/vda 4", "writer /dev/vdb 4"),
            Definitions.disk("data", DiskFormat.RAW, writable, Access.READ_WRITE),
            Definitions.disk("base", DiskFormat.RAW, protectedImage, Access.READ_ONLY));
    try (var host = LauncherFixture.in(home)) {
      Machine machine = run(host, definition);

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), "WROTE 8");
      LauncherFixture.awaitText(machine.launch().files().consoleLog(), "WRITE-FAILED 0");
    }
    assertThat(LauncherFixture.text(writable).substring(0, 80))
        .matches("(?s)block \\d round \\d\n.*");
    assertThat(Files.readAllBytes(protectedImage)).containsOnly(0);
  }

  @Test
  void aForwardedPortReachesTheGuest() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    TestGuest guest = TestGuest.locate();
    DomainDefinition definition =
        Definitions.withNics(
            Definitions.withBoot(
                Definitions.guest(),
                new Boot.Kernel(
                    guest.kernel(),
                    Optional.of(guest.initrd()),
                    TestGuest.cmdline(TestGuest.DHCP))),
            new Nic("lan", List.of(new PortForward(Protocol.TCP, "127.0.0.1", port, 80))));
    try (var host = LauncherFixture.in(home)) {
      Machine machine = run(host, definition);
      LauncherFixture.awaitText(machine.launch().files().consoleLog(), TestGuest.SERVING);

      try (InputStream page = new URL("http://127.0.0.1:" + port + "/").openStream()) {
        assertThat(new String(page.readAllBytes(), StandardCharsets.UTF_8)).contains("Berth");
      }
    }
  }

  @Test
  void aGuestThatPoweredOffCanStillBeAskedHowItEnded() throws Exception {
    assertThat(statusAfter("after 0 poweroff")).isEqualTo("shutdown");
  }

  @Test
  void aGuestThatPanickedCanStillBeAskedHowItEnded() throws Exception {
    assertThat(statusAfter("after 0 panic")).isEqualTo("guest-panicked");
  }

  @Test
  void theFirmwareBootsFromTheFirstDisk() throws Exception {
    DomainDefinition definition =
        Definitions.withDisks(
            Definitions.bare(),
            Definitions.disk(
                "two", DiskFormat.RAW, BootSector.image(home, "second"), Access.READ_ONLY),
            Definitions.disk(
                "one", DiskFormat.RAW, BootSector.image(home, "first"), Access.READ_ONLY));
    try (var host = LauncherFixture.in(home)) {
      Machine machine = run(host, definition);

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), "booted second");
    }
  }

  @Test
  void aGuestThatFloodsItsConsoleDoesNotFillTheDisk() throws Exception {
    ByteSize limit = new ByteSize(32 << 10);
    DomainDefinition definition =
        Definitions.withDevices(
            Definitions.guest("seq 20000"),
            new Devices(limit, Presence.ABSENT, Presence.ABSENT, Presence.ABSENT));
    try (var host = LauncherFixture.in(home)) {
      Path log = run(host, definition).launch().files().consoleLog();

      LauncherFixture.awaitText(log, "\n20000\r\n");
      LauncherFixture.await("the log is short", () -> log.toFile().length() <= limit.bytes());
      assertThat(LauncherFixture.text(log)).contains("\n20000\r\n");
    }
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void everyVersionRunsAGuestWithEveryDevice(TestQemu qemu) throws Exception {
    for (String machineType : List.of("q35", "pc")) {
      Path disk = image("disk.raw", 8 << 20);
      DomainDefinition definition =
          Definitions.withDevices(
              Definitions.withDisks(
                  Definitions.withCompute(
                      Definitions.guest("writer /dev/vda 4"),
                      new Compute(
                          2,
                          ByteSize.mebibytes(256),
                          machineType,
                          Optional.empty(),
                          AcceleratorChoice.TCG)),
                  Definitions.disk("disk", DiskFormat.RAW, disk, Access.READ_WRITE),
                  new Disk(
                      "cd",
                      DiskDevice.CDROM,
                      DiskFormat.RAW,
                      Optional.of(image("cd.iso", 1 << 20)),
                      Access.READ_ONLY)),
              Definitions.allDevices());
      LauncherSettings usual = LauncherFixture.settings(home.resolve(machineType));
      LauncherSettings settings =
          new LauncherSettings(
              usual.runDirectory(),
              usual.logDirectory(),
              usual.variablesDirectory(),
              usual.cacheDirectory(),
              List.of(qemu.emulator()),
              "",
              usual.kvmTestLimit());
      try (var host = LauncherFixture.with(settings)) {
        Machine machine = run(host, Definitions.withNics(definition, new Nic("lan", List.of())));

        LauncherFixture.awaitText(machine.launch().files().consoleLog(), "WROTE 4");
      }
    }
  }

  private String statusAfter(String... running) throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine = run(host, Definitions.guest(running));
      LauncherFixture.await("the guest has stopped", () -> !status(machine).equals("running"));
      assertThat(machine.process().exit()).isNotDone();
      return status(machine);
    }
  }

  private static String status(Machine machine) {
    try {
      return machine
          .qmp()
          .execute(new QueryStatus(), Deadline.of(LauncherFixture.LIMIT))
          .status()
          .value();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static Machine run(LauncherFixture host, DomainDefinition definition)
      throws InterruptedException {
    Machine machine = host.launch(definition);
    machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));
    return machine;
  }

  private Path image(String name, int size) throws IOException {
    return Files.write(home.resolve(name), new byte[size]);
  }
}
