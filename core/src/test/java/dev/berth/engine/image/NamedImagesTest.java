package dev.berth.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.Disk;
import dev.berth.definition.Disk.DiskFormat;
import dev.berth.definition.DomainDefinition;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Images of pools that definitions name. */
final class NamedImagesTest {
  private final NamedImages images = new NamedImages();

  @BeforeEach
  void aPool() {
    images.publish(
        new ImageRegistry(
            new TreeMap<>(Map.of(new PoolName("fast"), Path.of("/srv/fast"))),
            new TreeMap<>(
                Map.of(
                    ImageName.of("fast/web.qcow2"),
                    ImageFormat.QCOW2,
                    ImageName.of("fast/data.raw"),
                    ImageFormat.RAW))));
  }

  @Test
  void whereAnImageIsAndHowItIsWrittenIsFound() {
    DomainDefinition named =
        definition(
            "[{name: root, image: fast/web.qcow2, backing: follow},"
                + " {name: data, image: fast/data.raw, format: raw},"
                + " {name: more, file: /more.raw, format: raw}]");

    DomainDefinition found = images.found(named);

    assertThat(found.disks())
        .extracting(disk -> disk.file().orElseThrow())
        .containsExactly(
            Path.of("/srv/fast/web.qcow2"), Path.of("/srv/fast/data.raw"), Path.of("/more.raw"));
    assertThat(found.disks())
        .extracting(Disk::format)
        .containsExactly(DiskFormat.QCOW2, DiskFormat.RAW, DiskFormat.RAW);
    assertThat(found.disks().get(0).backing()).isEqualTo(Disk.Backing.FOLLOW);
    assertThat(found.disks().get(0).image()).contains(ImageName.of("fast/web.qcow2"));
    assertThat(named.disks().get(0).file()).as("what the user asked for stays").isEmpty();
  }

  @Test
  void allThatIsNotOnRecordIsToldAtOnceWithTheNearestName() {
    DomainDefinition named =
        definition(
            "[{name: a, image: fats/web.qcow2}, {name: b, image: fast/wbe.qcow2},"
                + " {name: c, image: fast/data.raw, format: qcow2, backing: follow},"
                + " {name: d, image: fast/other}]");

    assertThatThrownBy(() -> images.found(named))
        .isInstanceOfSatisfying(
            InvalidDefinitionException.class,
            wrong ->
                assertThat(wrong.problems())
                    .extracting(Problem::path, Problem::message)
                    .satisfiesExactly(
                        it ->
                            assertThat(it.toList().toString())
                                .contains(
                                    "disks[0].image",
                                    "no pool 'fats' on this host; did you mean 'fast'?"),
                        it ->
                            assertThat(it.toList().toString())
                                .contains(
                                    "disks[1].image",
                                    "no image 'fast/wbe.qcow2' on record; did you mean"
                                        + " 'fast/web.qcow2'?"),
                        it ->
                            assertThat(it.toList().toString())
                                .contains(
                                    "disks[2].format", "'fast/data.raw' is raw: leave the key out"),
                        it ->
                            assertThat(it.toList().toString())
                                .contains("disks[2].backing", "is raw: remove the key"),
                        it ->
                            assertThat(it.toList().toString())
                                .contains("disks[3].image", "on record: see 'vmctl image list'")));
  }

  @Test
  void whatIsNotNeededMayStayUnknown() {
    DomainDefinition named =
        definition("[{name: a, image: fast/none}, {name: b, image: fast/data.raw}]");

    DomainDefinition found = images.found(named, disk -> disk.name().equals("b"));

    assertThat(found.disks().get(0)).isEqualTo(named.disks().get(0));
    assertThat(found.disks().get(1).file()).contains(Path.of("/srv/fast/data.raw"));
  }

  private static DomainDefinition definition(String disks) {
    return DefinitionReader.read(
        new DefinitionDocument(
            "{name: web, memory: 64MiB, disks: " + disks + "}", "web.yaml", Path.of("/")));
  }
}
