package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.berth.definition.Boot;
import dev.berth.definition.Boot.SecureBoot;
import dev.berth.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirmwareCatalogTest {
  private static final String Q35 = "pc-q35-7.2";
  private static final String PC = "pc-i440fx-7.2";

  @TempDir Path directory;
  private Path own;
  private Path packaged;
  private FirmwareCatalog catalog;

  @BeforeEach
  void installFirmwares() throws IOException {
    own = Files.createDirectory(directory.resolve("etc"));
    packaged = Files.createDirectory(directory.resolve("usr"));
    catalog = new FirmwareCatalog(List.of(own, packaged, directory.resolve("none")));
    descriptor(packaged, "40-enrolled", "ms", "pc-q35-*", "secure-boot", "enrolled-keys");
    descriptor(packaged, "50-secure", "empty", "pc-q35-*", "secure-boot", "requires-smm");
    descriptor(packaged, "60-plain", "plain", "pc-*", "acpi-s3");
    Files.writeString(packaged.resolve("10-broken.json"), "{");
    Files.writeString(packaged.resolve("20-other.json"), "{\"interface-types\": [\"bios\"]}");
  }

  @Test
  void theFirstThatServesIsTaken() {
    assertThat(code(Q35, SecureBoot.ON)).isEqualTo("ms.code");
    assertThat(code(Q35, SecureBoot.OFF)).isEqualTo("plain.code");
    assertThat(code(PC, SecureBoot.OFF)).isEqualTo("plain.code");
    assertThat(catalog.find(PC, SecureBoot.ON)).isEmpty();
  }

  @Test
  void theAdministratorsDescriptorHidesThePackages() throws IOException {
    descriptor(own, "60-plain", "mine", "pc-q35-*", "acpi-s3");
    assertThat(code(Q35, SecureBoot.OFF)).isEqualTo("mine.code");

    Files.writeString(own.resolve("60-plain.json"), "");
    assertThat(catalog.find(Q35, SecureBoot.OFF)).isEmpty();
  }

  @Test
  void aDescriptorWhoseFilesAreMissingIsPassedOver() throws IOException {
    Files.delete(directory.resolve("plain.code"));

    assertThat(catalog.find(Q35, SecureBoot.OFF)).isEmpty();
  }

  @Test
  void theVariablesOfEachTemplateAreFilesOfTheirOwn() {
    assertThat(resolve(Q35, SecureBoot.OFF, new ArrayList<>()).variables())
        .hasToString("/home/v/plain.vars");
    assertThat(resolve(Q35, SecureBoot.ON, new ArrayList<>()).variables())
        .hasToString("/home/v/ms.vars");
  }

  @Test
  void whatIsMissingIsNamedWithThePackageOrTheMachineThatHelps() throws IOException {
    Files.delete(packaged.resolve("60-plain.json"));
    List<Problem> problems = new ArrayList<>();

    for (SecureBoot secureBoot : SecureBoot.values()) {
      UefiFirmware.resolve(new Boot.Uefi(secureBoot), PC, catalog, Path.of("/home"), problems);
    }

    assertThat(problems)
        .extracting(Problem::path, Problem::message)
        .containsExactly(
            tuple(
                "boot.firmware",
                "there is no UEFI firmware with Secure Boot for machine type 'pc-i440fx-7.2' on"
                    + " this host: Secure Boot needs 'machine: q35'"),
            tuple(
                "boot.firmware",
                "there is no UEFI firmware without Secure Boot for machine type 'pc-i440fx-7.2' on"
                    + " this host: install Debian's package ovmf, or another whose descriptors are"
                    + " in "
                    + catalog.places()));
  }

  private String code(String machineType, SecureBoot secureBoot) {
    return catalog.find(machineType, secureBoot).orElseThrow().code().getFileName().toString();
  }

  private UefiFirmware resolve(String machineType, SecureBoot secureBoot, List<Problem> problems) {
    return UefiFirmware.resolve(
            new Boot.Uefi(secureBoot), machineType, catalog, Path.of("/home/v"), problems)
        .orElseThrow();
  }

  private void descriptor(Path in, String name, String files, String machines, String... features)
      throws IOException {
    for (String part : List.of(".code", ".vars")) {
      Files.write(directory.resolve(files + part), new byte[] {1});
    }
    String quoted =
        Stream.of(features).map(feature -> '"' + feature + '"').collect(Collectors.joining(","));
    Files.writeString(
        in.resolve(name + ".json"),
        """
        {"interface-types": ["uefi"],
         "mapping": {"device": "flash",
           "executable": {"filename": "DIR/FILES.code", "format": "raw"},
           "nvram-template": {"filename": "DIR/FILES.vars", "format": "raw"}},
         "targets": [{"architecture": "x86_64", "machines": ["MACHINES"]}],
         "features": [FEATURES]}
        """
            .replace("DIR", directory.toString())
            .replace("FILES", files)
            .replace("MACHINES", machines)
            .replace("FEATURES", quoted));
  }
}
