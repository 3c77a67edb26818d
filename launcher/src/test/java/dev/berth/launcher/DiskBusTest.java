package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Compute;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DiskAttachment;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DiskAttachment.Cache;
import dev.berth.definition.DiskAttachment.Discard;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.error.BerthException;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.Cont;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What guests see of disks on other buses than the usual one. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class DiskBusTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({"VIRTIO_SCSI,q35", "VIRTIO_SCSI,pc", "SATA,q35", "SATA,pc"})
  void theFirmwareBootsFromTheBus(Bus bus, String machineType) throws Exception {
    DomainDefinition definition =
        Definitions.withCompute(
            Definitions.withDisks(
                Definitions.bare(),
                Definitions.disk("no", DiskFormat.RAW, image("no"), Access.READ_ONLY),
                Definitions.booting(
                    1,
                    Definitions.on(
                        bus,
                        Definitions.disk("yes", DiskFormat.RAW, image("yes"), Access.READ_WRITE)))),
            new Compute(
                1, ByteSize.mebibytes(64), machineType, Optional.empty(), AcceleratorChoice.TCG));
    try (var host = LauncherFixture.in(home)) {
      Machine machine = run(host, definition);

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), "booted yes");
    }
  }

  @ParameterizedTest
  @CsvSource({"VIRTIO_SCSI,UNSAFE", "SATA,DIRECTSYNC"})
  void aGuestWritesToADiskOnTheBus(Bus bus, Cache cache) throws Exception {
    Path image = Files.write(home.resolve("data.raw"), new byte[8 << 20]);
    Disk disk =
        Definitions.attached(
            Definitions.disk("data", DiskFormat.RAW, image, Access.READ_WRITE),
            new DiskAttachment(
                bus, cache, Discard.UNMAP, Optional.of("SERIAL-42"), Optional.empty()));
    try (var host = LauncherFixture.in(home)) {
      Machine machine =
          run(host, Definitions.withDisks(Definitions.guest("writer /dev/sda 4"), disk));

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), "WROTE 8");
    }
    assertThat(LauncherFixture.text(image).substring(0, 80)).matches("(?s)block \\d round \\d\n.*");
  }

  @Test
  void aSataImageThatVanishesBeforeTheLaunchIsNamed() throws Exception {
    Path image = image("gone");
    try (var host = LauncherFixture.in(home)) {
      LaunchRecord launch = host.plan(sata(image));
      Files.delete(image);

      assertThatThrownBy(
              () ->
                  host.launcher()
                      .launch(
                          launch,
                          HeldResources.none(),
                          () -> {},
                          event -> {},
                          Deadline.of(LauncherFixture.LIMIT)))
          .isInstanceOf(BerthException.class)
          .hasMessageContaining(image.toString());
    }
    assertThat(image).doesNotExist();
  }

  @Test
  void nobodyButQemuHasASataImageOpen() throws Exception {
    Path image = image("root");
    try (var host = LauncherFixture.in(home)) {
      ProcessHandle qemu = ProcessHandle.of(host.launch(sata(image)).process().pid()).orElseThrow();

      assertThat(openFiles(qemu)).contains(image);
      assertThat(openFiles(qemu.parent().orElseThrow())).doesNotContain(image);
    }
  }

  private static List<Path> openFiles(ProcessHandle process) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fd"))) {
      for (Path descriptor : descriptors) {
        files.add(Files.readSymbolicLink(descriptor));
      }
    }
    return files;
  }

  private static DomainDefinition sata(Path image) {
    return Definitions.withDisks(
        Definitions.bare(),
        Definitions.on(
            Bus.SATA, Definitions.disk("root", DiskFormat.RAW, image, Access.READ_WRITE)));
  }

  private Path image(String name) throws Exception {
    return BootSector.image(home, name);
  }

  private static Machine run(LauncherFixture host, DomainDefinition definition)
      throws InterruptedException {
    Machine machine = host.launch(definition);
    machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));
    return machine;
  }
}
