package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.Access;
import dev.berth.definition.Disk.Backing;
import dev.berth.definition.Disk.DiskDevice;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.launcher.ImageFacts.Layer;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.LaunchRecord.Subject;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.machine.MachineFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class StandInPlannerTest {
  private static final Path IMAGE = Path.of("/images/root.qcow2");
  private static final Path BELOW = Path.of("/images/base.raw");

  static final List<String> VERSIONS = Capabilities.VERSIONS;

  @ParameterizedTest
  @FieldSource("VERSIONS")
  void imagesAreOpenedByTheNodesOfAMachineAndForReadingAlone(String version) {
    LaunchRecord launch = plan(version, Disk::readOnly);

    assertThat(launch.isStandIn()).isTrue();
    assertThat(launch.argv())
        .containsSubsequence("-S", "-nodefaults", "-machine", "none", "-sandbox", "-pidfile")
        .doesNotContain("-device", "-accel");
    assertThat(launch.assembly())
        .filteredOn(PassFile.class::isInstance)
        .containsExactly(
            new PassFile(1, BELOW, FileAccess.READ_ONLY, "root.1 ro"),
            new PassFile(2, IMAGE, FileAccess.READ_ONLY, "root ro"));
    List<JsonNode> nodes =
        launch.assembly().stream()
            .filter(Execute.class::isInstance)
            .<JsonNode>map(step -> ((Execute) step).arguments())
            .toList();
    assertThat(nodes).hasSize(4).allMatch(node -> node.path("read-only").asBoolean());
    assertThat(nodes)
        .extracting(node -> node.path("node-name").asText())
        .containsExactly("root.1-file", "root.1-format", "root-file", "root-format");
    assertThat(launch.devices())
        .containsExactly(
            new DeviceRecord(
                "disk-root",
                "disk",
                "root",
                "",
                List.of("root-format", "root-file", "root.1-format", "root.1-file")));
  }

  @ParameterizedTest
  @FieldSource("VERSIONS")
  void imagesThatAreFilledAreOpenedForWritingAndWhatTheyStandOnIsNot(String version) {
    LaunchRecord launch = plan(version, disk -> disk);

    assertThat(launch.assembly())
        .filteredOn(PassFile.class::isInstance)
        .containsExactly(
            new PassFile(1, BELOW, FileAccess.READ_ONLY, "root.1 ro"),
            new PassFile(2, IMAGE, FileAccess.READ_WRITE, "root rw"));
    assertThat(launch.assembly())
        .filteredOn(Execute.class::isInstance)
        .extracting(step -> ((Execute) step).arguments())
        .filteredOn(node -> node.path("node-name").asText().startsWith("root-"))
        .hasSize(2)
        .noneMatch(node -> node.path("read-only").asBoolean())
        .allMatch(node -> node.path("discard").asText().equals("unmap"));
  }

  @ParameterizedTest
  @FieldSource("VERSIONS")
  void theRecordIsReadAsItWasWritten(String version) {
    LaunchRecordCodec codec = new LaunchRecordCodec();

    assertThat(codec.read(codec.write(plan(version, Disk::readOnly))))
        .isEqualTo(plan(version, Disk::readOnly));
  }

  private static LaunchRecord plan(String version, UnaryOperator<Disk> opened) {
    Disk root =
        new Disk("root", DiskDevice.DISK, DiskFormat.QCOW2, Optional.of(IMAGE), Access.READ_WRITE)
            .standingOn(Backing.FOLLOW);
    ImageFacts facts = ImageFacts.none();
    facts.below().put("root", List.of(new Layer(BELOW, DiskFormat.RAW, ImageFacts.IN_FILE)));
    return StandInPlanner.plan(
        new Subject(new UUID(0, 1), new DomainName("web"), 3, "0123456789abcdef0123456789abcdef"),
        Capabilities.install(version),
        new MachineFiles(
            Path.of("/run/berth/00000000/0123456789abcdef0123456789abcdef"),
            Path.of("/log"),
            new ByteSize(Long.MAX_VALUE)),
        List.of(opened.apply(root)),
        facts);
  }
}
