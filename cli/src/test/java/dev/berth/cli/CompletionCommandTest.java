package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionCommandTest {
  @TempDir Path directory;

  @Test
  void theScriptIsValidAndCompletesVmctl() throws IOException, InterruptedException {
    Path script = directory.resolve("vmctl");
    Files.writeString(script, Shell.alone().run("completion", "bash").out());

    Process bash =
        new ProcessBuilder("bash", "-c", "source \"$0\" && complete -p vmctl", script.toString())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("vmctl")
        .doesNotContain("error");
    assertThat(bash.waitFor()).isZero();
    assertThat(Files.readString(script)).contains("shutdown", "--destroy-after");
  }
}
