package dev.berth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestGuestTest {
  @TempDir Path directory;

  @Test
  void theSourceTreesGuestIsBuiltAndFound() {
    TestGuest guest = TestGuest.locate(null);

    assertThat(guest.kernel()).isRegularFile();
    assertThat(guest.firmwareKernel()).isRegularFile();
    assertThat(guest.initrd()).isRegularFile();
    assertThat(guest.agentInitrd()).isRegularFile();
  }

  @Test
  void theEnvironmentNamesAnother() throws Exception {
    for (String file : new String[] {"vmlinux", "vmlinuz", "initrd.img", "initrd-agent.img"}) {
      Files.createFile(directory.resolve(file));
    }

    assertThat(TestGuest.locate(directory.toString()).kernel())
        .isEqualTo(directory.resolve("vmlinux"));
  }

  @Test
  void anIncompleteGuestIsRefusedNamingTheFileAndTheRemedy() throws Exception {
    Files.createFile(directory.resolve("vmlinux"));

    assertThatThrownBy(() -> TestGuest.locate(directory.toString()))
        .hasMessageContaining(directory.resolve("vmlinuz").toString())
        .hasMessageContaining("docs/examples/guest/build.sh");
  }

  @Test
  void commandsBecomeOneSwitch() {
    assertThat(TestGuest.cmdline(TestGuest.DEAF, TestGuest.running("heartbeat", "after 2 panic")))
        .isEqualTo(
            "console=ttyS0 quiet cryptomgr.notests no_timer_check g.deaf g.run=heartbeat,after+2+panic");
  }
}
