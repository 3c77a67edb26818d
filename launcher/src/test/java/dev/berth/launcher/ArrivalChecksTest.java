package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.InheritedFile;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ArrivalChecksTest {
  private static final QemuInstall QEMU_7_2 = Capabilities.install("7.2.22");

  @Test
  void aMachineOfTheSameOrAnOlderVersionIsTaken() {
    assertThat(ArrivalChecks.of(machine("pc-q35-7.2", "7.2.1"), QEMU_7_2)).isEmpty();
    assertThat(ArrivalChecks.of(machine("pc-q35-7.2", "7.2.99"), QEMU_7_2)).isEmpty();
    assertThat(ArrivalChecks.of(machine("pc-q35-5.2", "5.2.0"), QEMU_7_2)).isEmpty();
  }

  @Test
  void whatIsNotKnownYetIsNot() {
    assertThat(ArrivalChecks.of(machine("pc-q35-10.0", "10.0.13"), QEMU_7_2))
        .containsExactly(
            "QEMU 7.2.22 here knows no machine type 'pc-q35-10.0'",
            "QEMU here is 7.2.22, and takes no state of the newer 10.0.13");
  }

  @Test
  void whatQemuDoesNotSendIsNamed() {
    LaunchRecord withShare =
        machine(
            "pc-q35-7.2",
            "7.2.22",
            List.of(
                new ServeShare("files", Path.of("/run/s"), List.of("virtiofsd"), Optional.empty())),
            List.of());
    LaunchRecord withVariables =
        machine(
            "pc-q35-7.2",
            "7.2.22",
            List.of(),
            List.of(
                new InheritedFile(
                    Path.of("/home/vars.fd"),
                    FileAccess.READ_WRITE,
                    Optional.of(Path.of("/usr/share/vars.fd")))));

    assertThat(ArrivalChecks.of(withShare, QEMU_7_2)).singleElement().asString().contains("shares");
    assertThat(ArrivalChecks.of(withVariables, QEMU_7_2))
        .singleElement()
        .asString()
        .contains("UEFI variables");
  }

  private static LaunchRecord machine(String type, String version) {
    return machine(type, version, List.of(), List.of());
  }

  private static LaunchRecord machine(
      String type, String version, List<AssemblyStep> steps, List<InheritedFile> inherited) {
    return new LaunchRecord(
        new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), version),
        new LaunchRecord.Hardware(type, "max", 1, new ByteSize(1), "tcg", ""),
        List.of("/usr/bin/qemu"),
        steps,
        List.of(),
        new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(1)),
        inherited);
  }
}
