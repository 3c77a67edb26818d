package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.NamedPorts;
import dev.berth.definition.Peripherals;
import dev.berth.definition.Peripherals.PanicDevice;
import dev.berth.definition.Peripherals.Usb;
import dev.berth.definition.Peripherals.UsbDevice;
import dev.berth.definition.Peripherals.Video;
import dev.berth.definition.Peripherals.WatchdogAction;
import dev.berth.domain.ByteSize;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineFiles;
import dev.berth.qapi.misc.Cont;
import dev.berth.qapi.runstate.QueryStatus;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices that are there only when asked for, as host and guest see them. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class PeripheralTest {
  @TempDir Path home;

  /** A small machine with all of them. */
  static DomainDefinition all(String machineType) {
    return with(
        machineType, 64, Definitions.bare(), Video.VIRTIO, PanicDevice.PCI, Optional.of(42));
  }

  private static DomainDefinition with(
      String machineType,
      int mebibytes,
      DomainDefinition base,
      Video video,
      PanicDevice panic,
      Optional<Integer> cid) {
    return Definitions.withPeripherals(
        Definitions.withCompute(
            base,
            new Compute(
                1,
                ByteSize.mebibytes(mebibytes),
                machineType,
                Optional.empty(),
                AcceleratorChoice.TCG)),
        new Peripherals(
            Optional.of(video),
            Optional.of(new Usb(List.of(UsbDevice.values()))),
            Optional.of(WatchdogAction.PAUSE),
            panic,
            cid,
            List.of("aux"),
            List.of(),
            Optional.empty(),
            Peripherals.VncAccess.OPEN,
            NamedPorts.NONE));
  }

  @ParameterizedTest
  @CsvSource({"q35,VGA,PCI,guest-panicked", "pc,VIRTIO,NONE,running"})
  void aGuestThatPanicsIsNoticedIfItCanTell(
      String machineType, Video video, PanicDevice panic, String status) throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine =
          run(
              host,
              with(
                  machineType,
                  256,
                  Definitions.guest("after 0 panic"),
                  video,
                  panic,
                  Optional.empty()));
      Path log = machine.launch().files().consoleLog();
      LauncherFixture.awaitText(log, "Kernel panic");

      LauncherFixture.await("status " + status, () -> status(machine).equals(status));
    }
  }

  @ParameterizedTest
  @CsvSource({"q35", "pc"})
  void aGuestThatNeglectsItsWatchdogIsPaused(String machineType) throws Exception {
    try (var host = LauncherFixture.in(home)) {
      Machine machine =
          run(
              host,
              with(
                  machineType,
                  256,
                  Definitions.guest("watchdog -T 2 -t 60 /dev/watchdog"),
                  Video.VGA,
                  PanicDevice.ISA,
                  Optional.empty()));

      LauncherFixture.await("the watchdog bit", () -> status(machine).equals("watchdog"));
    }
  }

  @ParameterizedTest
  @CsvSource({"q35", "pc"})
  void theScreenAndTheFurtherConsoleAnswerOnTheirSockets(String machineType) throws Exception {
    try (var host = LauncherFixture.in(home)) {
      DomainDefinition definition =
          with(machineType, 64, Definitions.bare(), Video.VGA, PanicDevice.ISA, Optional.empty());
      MachineFiles files = host.launch(definition).launch().files();

      try (SocketChannel vnc = connect(files.vncSocket());
          SocketChannel console = connect(files.consoleSocket("aux"))) {
        ByteBuffer greeting = ByteBuffer.allocate("RFB 003.008\n".length());
        while (greeting.hasRemaining() && vnc.read(greeting) >= 0) {
          assertThat(console.isConnected()).isTrue();
        }
        assertThat(new String(greeting.array(), StandardCharsets.US_ASCII)).startsWith("RFB 003.");
      }
    }
  }

  private static SocketChannel connect(Path socket) throws Exception {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  private static Machine run(LauncherFixture host, DomainDefinition definition)
      throws InterruptedException {
    Machine machine = host.launch(definition);
    machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));
    return machine;
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
}
