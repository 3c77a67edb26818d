package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The embedding example compiles, and does what it says with a real QEMU. */
@ExtendWith(LeakCheck.class)
final class EmbedExampleTest {
  @TempDir private Path directory;

  @Test
  void theExampleRunsItsMachineAndLeavesNothing() throws Exception {
    CompiledExample embed =
        CompiledExample.of(Path.of("examples", "embed", "Embed.java"), directory);

    assertThat(embed.run(directory.resolve("home").toString()).lines())
        .contains("tenant-1 of blue")
        .noneMatch(line -> line.contains("failure"));
  }
}
