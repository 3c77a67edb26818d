package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.MemoryHost;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools and images. */
final class ImageCommandsTest {
  private final Shell shell = Shell.with(MemoryHost.create());
  @TempDir Path directory;

  @BeforeEach
  void aPool() {
    assertThat(shell.run("pool", "create", "fast", directory.toString()).exitCode()).isZero();
  }

  @Test
  void aPoolIsListedShownAndForgotten() {
    assertThat(shell.run("pool", "list").out()).contains("NAME", "fast", directory.toString());
    assertThat(shell.run("-o", "csv", "pool", "list").out())
        .startsWith("name,images,allocated,free,directory,problem\nfast,0,0,1073741824,");
    assertThat(shell.run("-q", "pool", "list").out()).isEqualTo("fast\n");
    assertThat(shell.run("-o", "json", "pool", "show", "fast").out()).contains("\"freeBytes\"");
    assertThat(shell.run("pool", "delete", "fast").out()).contains("its files are still there");
    assertThat(shell.run("pool", "show", "fast").exitCode()).isEqualTo(4);
  }

  @Test
  void anImageIsMadeClonedConvertedResizedCheckedAndDeleted() {
    Outcome made = shell.run("image", "create", "fast/web.qcow2", "8MiB");
    assertThat(made.exitCode()).isZero();
    assertThat(made.out()).startsWith("create-image 'fast/web.qcow2' succeeded (complete), job ");
    assertThat(shell.run("image", "clone", "--linked", "fast/web.qcow2", "fast/w2").exitCode())
        .isZero();
    assertThat(
            shell
                .run("image", "convert", "--format", "raw", "fast/web.qcow2", "fast/w3")
                .exitCode())
        .isZero();
    assertThat(shell.run("image", "list").out()).contains("STANDS-ON", "fast/w2", "raw");
    assertThat(shell.run("-o", "csv", "image", "list").out())
        .contains("fast/w2,qcow2,8388608,0,fast/web.qcow2,\n");
    assertThat(shell.run("image", "resize", "fast/w3", "4MiB").exitCode()).isNotZero();
    assertThat(shell.run("image", "resize", "--shrink", "fast/w3", "4MiB").exitCode()).isZero();
    assertThat(shell.run("image", "check", "fast/w2").out()).contains("no errors");
    Outcome refused = shell.run("image", "delete", "fast/web.qcow2");
    assertThat(refused.exitCode()).isEqualTo(6);
    assertThat(refused.err()).contains("fast/w2");
    assertThat(shell.run("image", "delete", "fast/w2").out()).isEqualTo("fast/w2: deleted\n");
    assertThat(shell.run("-o", "json", "image", "info", "fast/web.qcow2").out())
        .contains("\"format\": \"qcow2\"");
    assertThat(shell.run("-q", "image", "list", "--pool", "none").out()).isEmpty();
  }

  @Test
  void aFileIsImported() throws Exception {
    Path file = Files.write(directory.resolve("disk.raw"), new byte[4096]);

    Outcome imported =
        shell.run("image", "import", "--source-format", "raw", file.toString(), "fast/disk.qcow2");

    assertThat(imported.exitCode()).isZero();
    assertThat(imported.out()).startsWith("import-image 'fast/disk.qcow2' succeeded (complete)");
    assertThat(shell.run("job", "list").out()).contains("import-image");
  }

  @Test
  void whatIsNoNameNoSizeOrNoWordIsTold() {
    assertThat(shell.run("image", "create", "web.qcow2", "8MiB").err()).contains("POOL/NAME");
    assertThat(shell.run("image", "create", "fast/../x", "8MiB").err())
        .contains("name of an image");
    assertThat(shell.run("image", "create", "fast/x", "much").exitCode()).isEqualTo(2);
    assertThat(shell.run("image", "create", "fast/x", "8MiB", "--preallocation", "some").exitCode())
        .isEqualTo(2);
    assertThat(shell.run("image", "check", "fast/x", "--repair", "some").exitCode()).isEqualTo(2);
    assertThat(shell.run("image", "clone", "fast/x", "fast/y").exitCode()).isEqualTo(4);
  }
}
