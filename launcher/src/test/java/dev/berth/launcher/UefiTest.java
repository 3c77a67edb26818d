package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.definition.Boot;
import dev.berth.definition.Boot.SecureBoot;
import dev.berth.definition.Compute;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.Machine;
import dev.berth.qapi.misc.Cont;
import dev.berth.qmp.Deadline;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines with the installed UEFI firmware, which says on the serial port that it runs. */
@Tag("once")
@ExtendWith(LeakCheck.class)
final class UefiTest {
  private static final String RUNS = "BdsDxe";

  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({"q35,OFF", "pc,OFF", "q35,ON"})
  void theFirmwareRunsAndWritesVariablesOfTheDomain(String machineType, SecureBoot secureBoot)
      throws Exception {
    needFirmware(secureBoot);
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(uefi(machineType, secureBoot));
      InheritedFile variables = machine.launch().inherited().get(0);
      machine.qmp().execute(new Cont(), Deadline.of(LauncherFixture.LIMIT));

      LauncherFixture.awaitText(machine.launch().files().consoleLog(), RUNS);

      assertThat(variables.file())
          .startsWith(LauncherFixture.settings(home).variablesDirectory())
          .content(java.nio.charset.StandardCharsets.ISO_8859_1)
          .isNotEqualTo(LauncherFixture.text(variables.template().orElseThrow()));
      assertThat(Files.getPosixFilePermissions(variables.file())).hasSize(2);
    }
  }

  @Test
  void theVariablesAreKeptBetweenLaunchesAndGoWhenTheDomainIsUndefined() throws Exception {
    needFirmware(SecureBoot.OFF);
    try (var host = LauncherFixture.in(home)) {
      Machine machine = host.launch(uefi("q35", SecureBoot.OFF));
      Path variables = machine.launch().inherited().get(0).file();
      host.launcher().abort(machine.launch());
      byte[] changed = Files.readAllBytes(variables);
      changed[changed.length - 1] ^= 1;
      Files.write(variables, changed);

      host.launch(uefi("q35", SecureBoot.OFF));
      assertThat(variables).hasBinaryContent(changed);

      host.launcher().removeFiles(LauncherFixture.DOMAIN);
      assertThat(variables.getParent()).doesNotExist();
    }
  }

  private static void needFirmware(SecureBoot secureBoot) {
    assumeTrue(
        new FirmwareCatalog(FirmwareCatalog.DIRECTORIES).find("pc-q35-7.2", secureBoot).isPresent(),
        "no UEFI firmware is installed (Debian: ovmf)");
  }

  private static DomainDefinition uefi(String machineType, SecureBoot secureBoot) {
    return Definitions.withBoot(
        Definitions.withCompute(
            Definitions.bare(),
            new Compute(
                1, ByteSize.mebibytes(256), machineType, Optional.empty(), AcceleratorChoice.TCG)),
        new Boot.Uefi(secureBoot));
  }
}
