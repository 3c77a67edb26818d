package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.error.HostFailureException;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.MachineFiles;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
final class CpuProbeTest {
  private static final GuestCpu KNOWN = new GuestCpu("AuthenticAMD", Map.of("sse", true));

  private final CpuProbe probe = new CpuProbe(Duration.ofSeconds(60), KvmSettings.HERE);

  @TempDir Path directory;

  @Test
  void whatTheCommandLineAddsAndTakesAwayIsSeen() throws Exception {
    GuestCpu plain = probe.of(install(installed()), hardware("qemu64"));
    GuestCpu other = probe.of(install(installed()), hardware("qemu64,sse4.2=on,svm=off"));

    assertThat(plain.vendor()).isEqualTo("AuthenticAMD");
    assertThat(plain.missing(other, "tcg")).containsExactly("svm");
    assertThat(plain.surplus(other)).contains("sse4.2");
  }

  /** It emulates a part of the models that it knows. */
  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void whatQemuCannotGiveIsNotThere(TestQemu qemu) throws Exception {
    GuestCpu cpu = probe.of(install(qemu.emulator()), hardware("Skylake-Server"));

    assertThat(cpu.features()).containsEntry("sse4.2", true).containsEntry("avx512f", false);
  }

  @Test
  void aQemuThatDoesNotStartWithItSaysWhy() throws Exception {
    QemuInstall qemu = install(installed());

    assertThatThrownBy(() -> probe.of(qemu, hardware("qemu64,no-such-feature=on")))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("no-such-feature");
    assertThat(
            ArrivalCpu.of(arriving("qemu64,no-such-feature=on", KNOWN), qemu, probe)
                .obstacle()
                .orElseThrow())
        .contains("its CPU 'qemu64,no-such-feature=on' cannot be had here", "no-such-feature");
  }

  @Test
  void theSameIsAskedOnce() throws Exception {
    Path runs = directory.resolve("runs");
    Path script =
        Scripts.write(
            directory.resolve("qemu"), "echo run >> " + runs + "; exec " + installed() + " \"$@\"");
    QemuInstall qemu = install(script);

    GuestCpu first = probe.of(qemu, hardware("qemu64"));
    assertThat(probe.of(qemu, hardware("qemu64"))).isSameAs(first);
    assertThat(runs).hasContent("run\n");

    probe.of(qemu, hardware("qemu64,svm=off"));
    assertThat(runs).hasContent("run\nrun\n");
  }

  @Test
  void whatKvmGivesIsAskedAnewOnceThatIsSetAnotherWay() throws Exception {
    Path nested = directory.resolve("kvm_intel/parameters/nested");
    Files.createDirectories(nested.resolveSibling(""));
    Files.writeString(nested, "Y\n");
    Path runs = directory.resolve("runs");
    QemuInstall qemu = install(answering(runs));
    CpuProbe here = new CpuProbe(Duration.ofSeconds(60), new KvmSettings(directory));
    Hardware kvm = new Hardware("q35", "host", 1, new ByteSize(1), "kvm", "");

    here.of(qemu, kvm);
    here.of(qemu, kvm);
    here.of(qemu, hardware("host"));
    assertThat(runs).hasContent("run\nrun\n");
    Files.writeString(nested, "N\n");
    here.of(qemu, kvm);
    here.of(qemu, hardware("host"));

    assertThat(runs).as("emulation does not depend on it").hasContent("run\nrun\nrun\n");
  }

  /** What says of itself that it has a CPU, and notes that it was asked. */
  private Path answering(Path runs) throws IOException {
    String props = "{\"vendor\": \"GenuineIntel\", \"vmx\": true}";
    return Scripts.write(
        directory.resolve("answering"),
        String.join(
            "\n",
            "echo run >> " + runs,
            said("expanded", "{\"model\": {\"name\": \"host\", \"props\": " + props + "}}"),
            said("unavailable", "[]"),
            said("last", "{}"),
            "exec cat > /dev/null"));
  }

  private static String said(String id, String value) {
    return "echo '{\"id\": \"berth-cpu-" + id + "\", \"return\": " + value + "}'";
  }

  @Test
  void aQemuThatDoesNotAnswerIsEnded() throws Exception {
    Path stuck = Scripts.write(directory.resolve("stuck"), "sleep 1000");

    assertThatThrownBy(
            () ->
                new CpuProbe(Duration.ofMillis(200), KvmSettings.HERE)
                    .of(install(stuck), hardware("qemu64")))
        .isInstanceOf(HostFailureException.class)
        .hasMessage("QEMU did not answer within 200 ms");
  }

  /** An older version does not tell; names are compared then, as it does itself. */
  @Test
  void aCpuOfWhichNobodyTellsIsNotAskedFor() throws Exception {
    Path never = Scripts.write(directory.resolve("never"), "touch " + directory + "/run; exit 1");

    ArrivalCpu cpu = ArrivalCpu.of(arriving("qemu64", GuestCpu.UNKNOWN), install(never), probe);

    assertThat(cpu.obstacle()).isEmpty();
    assertThat(cpu.surplus()).isEmpty();
    assertThat(Files.exists(directory.resolve("run"))).isFalse();
  }

  private static Path installed() {
    return TestQemu.installed().emulator();
  }

  private static QemuInstall install(Path binary) throws IOException {
    return new QemuInstall(binary, FileIdentity.of(binary), Capabilities.of("7.2.22"));
  }

  private static Hardware hardware(String cpu) {
    return new Hardware("q35", cpu, 1, new ByteSize(1), "tcg", "");
  }

  private static ArrivingMachine arriving(String model, GuestCpu cpu) {
    return new ArrivingMachine(
        new LaunchRecord(
            new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
            new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
            hardware(model),
            List.of("/usr/bin/qemu", "-cpu", model),
            List.of(),
            List.of(),
            new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(1))),
        cpu,
        StateChannels.ONE);
  }
}
