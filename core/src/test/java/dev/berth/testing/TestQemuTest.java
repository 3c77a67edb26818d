package dev.berth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestQemuTest {
  @TempDir Path directory;

  @Test
  void theInstalledOneIsOnThePath() {
    assertThat(TestQemu.installed().emulator()).isExecutable();
    assertThat(TestQemu.installed().imageTool()).isExecutable();
  }

  @Test
  void aMissingOneIsReportedWithTheRemedy() {
    assertThatThrownBy(() -> TestQemu.installed(directory.toString()))
        .hasMessageContaining("apt-get install");
  }

  @Test
  @Tag("full")
  void theMatrixHasEachSupportedVersion() {
    assertThat(TestQemu.matrix())
        .extracting(qemu -> Checkout.run(qemu.emulator(), "--version").get(0))
        .satisfiesExactly(
            version -> assertThat(version).contains(" 5.2."),
            version -> assertThat(version).contains(" 7.2."),
            version -> assertThat(version).contains(" 10.0."),
            version -> assertThat(version).contains(" 11.1."));
  }
}
