package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.qapi.migration.MigrationInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SaveObstaclesTest {
  private static final AssemblyStep DISK =
      new Execute("device_add", Json.object().put("driver", "virtio-blk-pci").put("id", "disk-a"));
  private static final AssemblyStep SHARE =
      new ServeShare("files", Path.of("/run/files"), List.of("virtiofsd"), Optional.empty());

  @Test
  void whatIsOnRecordCanBeSaved() {
    assertThatCode(
            () ->
                SaveObstacles.check(
                    launch(DISK), info(), Set.of("type", "disk-a", "port1", "port2")))
        .doesNotThrowAnyException();
  }

  @Test
  void allThatCannotIsNamedAtOnce() {
    assertThatThrownBy(
            () -> SaveObstacles.check(launch(DISK, SHARE), info("shared"), Set.of("by-hand")))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("Cannot save domain 'web'")
        .hasMessageContaining("share 'files'")
        .hasMessageContaining("device 'by-hand' came by hand")
        .hasMessageContaining("device 'disk-a' was taken out by hand");
  }

  @Test
  void whatQemuNamesIsToldInItsWords() {
    assertThatThrownBy(() -> SaveObstacles.check(launch(DISK), info("no way"), Set.of("disk-a")))
        .hasMessageContaining("QEMU: no way");
  }

  private static MigrationInfo info(String... reasons) {
    var node = Json.object();
    var blocked = node.putArray("blocked-reasons");
    List.of(reasons).forEach(blocked::add);
    return MigrationInfo.read(node);
  }

  private static LaunchRecord launch(AssemblyStep... assembly) {
    return new LaunchRecord(
        new LaunchRecord.Subject(new UUID(1, 2), new DomainName("web"), 1, "0".repeat(32)),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, ByteSize.mebibytes(64), "tcg", "why"),
        List.of("qemu", "-device", "pcie-root-port,id=port1", "-device", "{\"id\": \"port2\"}"),
        List.of(assembly),
        List.of(),
        new MachineFiles(Path.of("/run/web"), Path.of("/log"), ByteSize.mebibytes(1)));
  }
}
