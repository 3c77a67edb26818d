package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A home for a test with real QEMU, which leaves no machine behind in it. */
@ExtendWith(LeakCheck.class)
abstract class HomeFixture {
  @TempDir Path directory;
  TestHome home;

  @BeforeEach
  final void aHome() {
    home = new TestHome(directory);
  }

  @AfterEach
  final void nothingIsLeftRunning() {
    home.clear();
    assertThat(home.runDirectories()).isEmpty();
  }
}
