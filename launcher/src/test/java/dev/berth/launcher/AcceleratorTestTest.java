package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.error.UnsupportedException;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
final class AcceleratorTestTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void theTestProgramRunsUnderTcg() throws Exception {
    assertThat(test(PATIENT).run(installed(), "tcg", "max")).isEmpty();
    assertThat(directory.resolve("scratch")).isEmptyDirectory();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void theTestProgramRunsUnderTcgOfEveryVersion(TestQemu qemu) throws Exception {
    assertThat(test(PATIENT).run(install(qemu.emulator()), "tcg", "max")).isEmpty();
  }

  @Test
  void aGuestThatDoesNotGetThroughIsNoProof() throws Exception {
    Path stuck = Scripts.write(directory.resolve("stuck"), "sleep 1000");

    assertThat(test(Duration.ofMillis(200)).run(fake(stuck), "kvm", "host").orElseThrow())
        .isEqualTo("a test program did not get through within 200 ms");
  }

  @Test
  void aQemuThatEndsItselfIsNoProof() throws Exception {
    Path broken = Scripts.write(directory.resolve("broken"), "echo no MSR >&2; exit 1");

    assertThat(test(PATIENT).run(fake(broken), "kvm", "host").orElseThrow())
        .contains("exit code 1")
        .contains("it said: no MSR");
  }

  @Test
  void tcgIsTakenWhenAskedForWithoutAnyTest() throws Exception {
    assertThat(chooser().choose(fake(directory), AcceleratorChoice.TCG))
        .isEqualTo(new AcceleratorVerdict("tcg", "the definition asks for it"));
  }

  @Test
  void theVerdictOnKvmIsTheSameWhoeverAsks() throws Exception {
    QemuInstall qemu = installed();

    AcceleratorVerdict verdict = chooser().choose(qemu, AcceleratorChoice.AUTO);

    assertThat(chooser().choose(qemu, AcceleratorChoice.AUTO)).isEqualTo(verdict);
    assertThat(verdict.reason()).isNotBlank();
    if (verdict.isKvm()) {
      assertThat(chooser().choose(qemu, AcceleratorChoice.KVM)).isEqualTo(verdict);
    } else {
      assertThatThrownBy(() -> chooser().choose(qemu, AcceleratorChoice.KVM))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining(verdict.reason())
          .hasMessageContaining("accelerator: tcg");
    }
  }

  private AcceleratorTest test(Duration limit) {
    return new AcceleratorTest(directory.resolve("scratch"), limit);
  }

  private AcceleratorChooser chooser() {
    return new AcceleratorChooser(
        test(Duration.ofSeconds(2)), new HostCache(directory.resolve("cache")));
  }

  private QemuInstall installed() throws Exception {
    return install(TestQemu.installed().emulator());
  }

  private QemuInstall install(Path emulator) throws Exception {
    return new QemuFinder(
            List.of(emulator),
            "",
            new QemuProbe(PATIENT),
            new HostCache(directory.resolve("cache")))
        .find();
  }

  private QemuInstall fake(Path binary) throws Exception {
    assertThat(Files.exists(binary)).isTrue();
    return new QemuInstall(binary, FileIdentity.of(binary), Capabilities.of("7.2.22"));
  }
}
