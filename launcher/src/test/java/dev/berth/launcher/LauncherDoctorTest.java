package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.doctor.Finding;
import dev.berth.doctor.Verdict;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class LauncherDoctorTest {
  private static final String INCARNATION = "0123456789abcdef0123456789abcdef";

  @TempDir Path directory;

  @Test
  void theQemuThatIsUsedComesWithItsProofAndTheOthersAreNamed() throws Exception {
    Path emulator = TestQemu.installed().emulator();
    Path missing = directory.resolve("missing");
    Path second = Scripts.write(directory.resolve("second"), "exec " + emulator + " \"$@\"");

    List<Finding> findings = qemu(List.of(missing, emulator, emulator, second), "");

    assertThat(findings)
        .extracting(Finding::check)
        .containsExactly("qemu", "qemu", "accelerator", "qemu");
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.NOTE);
    assertThat(findings.get(0).text()).contains(missing + " as QEMU: there is no such file");
    assertThat(findings.get(1).text())
        .matches(emulator + " \\d+\\.\\d+\\.\\d+, used for new machines");
    assertThat(findings.get(2).text()).matches("(?s)(kvm: KVM ran a test program|tcg: .+)");
    assertThat(findings.get(3).text()).startsWith(second + " ").endsWith(", not used");
  }

  @Test
  void aHostWithoutQemuHasAProblem() throws InterruptedException {
    assertThat(qemu(List.of(), directory.toString()))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
              assertThat(finding.text()).contains("PATH " + directory);
              assertThat(finding.remedy().orElseThrow()).contains("install qemu-system-x86");
            });
  }

  @Test
  void devicesThatAreMissingOrClosedAreNotedWithWhatIsLostByIt() throws IOException {
    Files.createFile(directory.resolve("kvm"));
    Files.createFile(directory.resolve("vhost-net"));

    List<Finding> findings = new DeviceFindings(directory).examine();

    assertThat(findings)
        .extracting(Finding::verdict)
        .containsExactly(Verdict.OK, Verdict.NOTE, Verdict.NOTE);
    assertThat(findings.get(1).text()) // it opens, and is none
        .isEqualTo(
            directory.resolve("vhost-net")
                + " is no vhost device: QEMU carries the packets of taps and bridges, which is"
                + " slower");
    assertThat(findings.get(1).remedy().orElseThrow()).contains("modprobe vhost_net");
    assertThat(findings.get(2).check()).isEqualTo(directory.resolve("net/tun").toString());
    assertThat(findings.get(2).text()).contains("no tap device can be made");
    assertThat(findings.get(2).remedy().orElseThrow()).contains("modprobe tun");
  }

  @Test
  void aMissingProgramIsAProblemOnlyWhenMachinesNeedIt() throws IOException {
    Scripts.write(directory.resolve("sh"), "");
    Files.createFile(directory.resolve("qemu-img"));

    List<Finding> findings = new ToolFindings("relative::" + directory).examine();

    assertThat(findings)
        .extracting(finding -> finding.check() + " " + finding.verdict().text())
        .containsExactly("sh ok", "setsid problem", "qemu-img note", "getent note");
  }

  @Test
  void aRunDirectoryWithoutItsProcessIsThatOfADeadMachine() throws Exception {
    Path run = Files.createDirectories(directory.resolve("run/8026c520/" + INCARNATION));
    Files.createDirectories(directory.resolve("run/8026c520/something else"));
    Path proc = Files.createDirectories(directory.resolve("proc/4711")).getParent();
    Path commandLine = Files.writeString(proc.resolve("4711/cmdline"), "qemu\0-name\0other\0");
    try (ProcessTable table = new ProcessTable(proc, Duration.ofSeconds(60))) {
      LeftoverFindings leftovers = new LeftoverFindings(directory.resolve("run"), table);

      assertThat(leftovers.examine().verdict()).isEqualTo(Verdict.NOTE);
      assertThat(leftovers.examine().text())
          .startsWith("0 are alive; the files of a dead one are left in ")
          .endsWith(run.toString());

      Files.writeString(commandLine, "qemu\0-pidfile\0" + run + "/pid\0");
      assertThat(leftovers.examine()).isEqualTo(Finding.ok("machines", "1 is alive"));
    }
  }

  @Test
  void aHostThatNeverRanHasNoMachines() {
    try (ProcessTable table = new ProcessTable()) {
      assertThat(new LeftoverFindings(directory.resolve("absent"), table).examine())
          .isEqualTo(Finding.ok("machines", "0 are alive"));
    }
  }

  private List<Finding> qemu(List<Path> binaries, String searchPath) throws InterruptedException {
    Path cache = directory.resolve("cache");
    return QemuFindings.of(
            new LauncherSettings(
                directory.resolve("run"),
                directory.resolve("log"),
                directory.resolve(LauncherSettings.VARIABLES),
                cache,
                binaries,
                searchPath,
                LauncherSettings.DEFAULT_KVM_TEST_LIMIT))
        .examine();
  }
}
