package dev.berth.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.image.ImageFormat;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.migration.CopiedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class CopiedDisksTest {
  private static final Path HERE = Path.of("/here/a.qcow2");
  private static final Path THERE = Path.of("/there/a.qcow2");
  private static final List<CopiedImage> COPIES =
      List.of(new CopiedImage("data", "data-format", THERE, ImageFormat.QCOW2, 1, 1));

  private static final LaunchRecord ON_VIRTIO =
      launch(
          List.of(),
          List.of(
              new PassFile(1, Path.of("/here/base.raw"), FileAccess.READ_ONLY, "data.1 ro"),
              add("host_device", "data.1-file"),
              add("raw", "data.1-format"),
              new PassFile(2, HERE, FileAccess.READ_WRITE, "data rw"),
              new PassFile(2, HERE, FileAccess.READ_ONLY, "data ro"),
              add("host_device", "data-file"),
              new Execute(
                  "blockdev-add", node("qcow2", "data-format").put("backing", "data.1-format")),
              new PassFile(3, Path.of("/here/database"), FileAccess.READ_ONLY, "database ro"),
              add("host_device", "database-file")),
          List.of("data-format", "data-file", "data.1-format", "data.1-file"),
          List.of());

  @Test
  void aCopyStandsOnNothingAndIsAFile() {
    LaunchRecord moved = CopiedDisks.moved(ON_VIRTIO, COPIES);

    assertThat(moved.assembly())
        .containsExactly(
            new PassFile(2, THERE, FileAccess.READ_WRITE, "data rw"),
            new PassFile(2, THERE, FileAccess.READ_ONLY, "data ro"),
            add("file", "data-file"),
            new Execute("blockdev-add", node("qcow2", "data-format").putNull("backing")),
            new PassFile(3, Path.of("/here/database"), FileAccess.READ_ONLY, "database ro"),
            add("host_device", "database-file"));
    assertThat(moved.devices().get(0).nodes()).containsExactly("data-format", "data-file");
    assertThat(moved.subject()).isEqualTo(ON_VIRTIO.subject());
    assertThat(moved.files()).isEqualTo(ON_VIRTIO.files());
  }

  @Test
  void aDiskThatQemuHasFromItsStartIsCopiedToo() {
    String file = Json.text(node("host_device", "data-file"));
    String format = Json.text(node("qcow2", "data-format").putNull("backing"));
    LaunchRecord launch =
        launch(
            List.of("-blockdev", file, "-blockdev", format),
            List.of(new PassFile(1, HERE, FileAccess.READ_ONLY, "data ro")),
            List.of("data-format", "data-file"),
            List.of(new InheritedFile(HERE, FileAccess.READ_WRITE)));

    LaunchRecord moved = CopiedDisks.moved(launch, COPIES);

    assertThat(moved.inherited()).containsExactly(new InheritedFile(THERE, FileAccess.READ_WRITE));
    assertThat(moved.argv())
        .contains(Json.text(node("file", "data-file")), format)
        .doesNotContain(file);
  }

  @Test
  void theDefinitionHasTheCopyUnlessItsDiskIsAnotherOne() {
    assertThat(CopiedDisks.moved(definition("/here/a.qcow2"), ON_VIRTIO, COPIES))
        .contains("\"/there/a.qcow2\"")
        .doesNotContain("/here/");
    assertThat(CopiedDisks.moved(definition("/here/next.qcow2"), ON_VIRTIO, COPIES))
        .contains("\"/here/next.qcow2\"");
  }

  @Test
  void nothingChangesWhereNothingIsCopied() {
    assertThat(CopiedDisks.moved(ON_VIRTIO, List.of())).isSameAs(ON_VIRTIO);
    assertThat(CopiedDisks.moved("{}", ON_VIRTIO, List.of())).isEqualTo("{}");
  }

  private static String definition(String file) {
    ObjectNode definition = Json.object().put("name", "web").put("memory", "64MiB");
    definition
        .putArray("disks")
        .addObject()
        .put("name", "data")
        .put("file", file)
        .put("format", "qcow2");
    return Json.text(definition);
  }

  private static LaunchRecord launch(
      List<String> options,
      List<AssemblyStep> steps,
      List<String> nodes,
      List<InheritedFile> inherited) {
    List<String> argv = new ArrayList<>(List.of("/usr/bin/qemu"));
    argv.addAll(options);
    return new LaunchRecord(
        new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, new ByteSize(1), "tcg", ""),
        argv,
        steps,
        List.of(new DeviceRecord("disk-data", "disk", "data", "port1", nodes)),
        new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(1)),
        inherited);
  }

  private static Execute add(String driver, String name) {
    return new Execute("blockdev-add", node(driver, name));
  }

  private static ObjectNode node(String driver, String name) {
    return Json.object().put("driver", driver).put("node-name", name);
  }
}
