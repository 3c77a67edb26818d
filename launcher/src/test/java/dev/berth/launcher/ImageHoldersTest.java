package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that have an image open. */
final class ImageHoldersTest {
  @TempDir private Path directory;

  @Test
  void whoHasAnImageOpenIsNamedWithWhatItIs() throws Exception {
    Path image = Files.createFile(directory.resolve("image"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), image);
    Process holder = holder(image, "guest=web,debug-threads=on");
    try (ProcessTable table = new ProcessTable()) {
      ImageHolders holders = new ImageHolders(table);
      Eventually.eventually(
          () ->
              assertThat(holders.of(link, "0123"))
                  .containsExactly("process " + holder.pid() + ", sh of domain 'web'"));
      assertThat(holders.of(image, "debug-threads")).isEmpty();
      assertThat(holders.of(directory.resolve("none"), "0123")).isEmpty();
    } finally {
      holder.getOutputStream().close();
      holder.waitFor();
    }
  }

  private static Process holder(Path image, String word) throws IOException {
    List<String> command = List.of("sh", "-c", "read -r go", word);
    return new ProcessBuilder(command).redirectError(image.toFile()).start();
  }
}
