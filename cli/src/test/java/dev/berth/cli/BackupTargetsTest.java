package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups, and what they are written to. */
final class BackupTargetsTest {
  @TempDir Path directory;
  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host)
        .typing("{name: a, memory: 64MiB, disks: [{name: vda, format: raw, file: /vda.raw}]}")
        .run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void aRawBackupIsFull() {
    assertThat(create("first", "--full", "--format", "raw").exitCode()).isZero();

    assertThat(shell.run("backup", "show", directory.toString(), "first", "-o", "json").out())
        .contains("\"file\": \"vda.raw\"", "\"format\": \"raw\"");
    Outcome incremental = create("second", "--format", "raw");
    assertThat(incremental.exitCode()).isNotZero();
    assertThat(incremental.err()).contains("cannot be incremental", "'--full'");
    assertThat(create("second", "--full", "--format", "vdi").exitCode()).isEqualTo(2);
  }

  @Test
  void aDiskIsWrittenToAFileThatIsOpenedHere() throws IOException {
    Path file = Files.createFile(directory.resolve("target"));

    assertThat(create("first", "--full", "--format", "raw", "--fd", "vda=" + file).exitCode())
        .isZero();

    assertThat(shell.run("backup", "show", directory.toString(), "first").out())
        .contains("GIVEN", "/given/vda");
    assertThat(create("second", "--fd", "vda=" + file).exitCode()).isNotZero();
    assertThat(create("second", "--full", "--fd", "vda=" + directory.resolve("none")).err())
        .contains("Cannot open", "no such file");
  }

  private Outcome create(String name, String... options) {
    List<String> words =
        new ArrayList<>(List.of("backup", "create", "a", name, "--to", directory.toString()));
    words.addAll(List.of(options));
    return shell.run(words.toArray(String[]::new));
  }
}
