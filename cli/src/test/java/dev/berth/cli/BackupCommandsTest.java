package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.MemoryHost;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups that are made, looked at and read in. */
final class BackupCommandsTest {
  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);
  @TempDir private Path directory;

  @BeforeEach
  void twoBackups() {
    Shell.with(host)
        .typing("{name: a, memory: 64MiB, disks: [{name: vda, format: qcow2, file: /vda.qcow2}]}")
        .run("define", "-");
    shell.run("start", "a");
    shell.run("backup", "create", "a", "monday", "--to", directory.toString());
    shell.run("backup", "create", "a", "tuesday", "--to", directory.toString());
  }

  @Test
  void backupsOfADirectoryAreListedWithTheirStates() {
    assertThat(shell.run("backup", "list", directory.toString()).out().lines())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0)).contains("BACKUP", "STATE").doesNotContain("DIRECTORY");
              assertThat(lines.get(1)).startsWith("monday ").contains(" full ", " ok ");
              assertThat(lines.get(2)).startsWith("tuesday ").contains(" monday ", " ok");
            });
    assertThat(shell.run("-q", "backup", "list", directory.toString()).out())
        .isEqualTo("monday\ntuesday\n");
    assertThat(shell.run("backup", "list", directory.toString(), "-o", "json").out())
        .contains("\"chains\"", "\"ok\"", "\"sha256\"");
    assertThat(shell.run("backup", "scan", directory.toString()).out().lines()).hasSize(3);
  }

  @Test
  void backupsOfADomainAreListedWithTheirDirectories() {
    assertThat(shell.run("backup", "list", "a").out()).contains("DIRECTORY", directory.toString());
    assertThat(shell.run("-q", "backup", "list", "a").out())
        .isEqualTo(directory.resolve("monday") + "\n" + directory.resolve("tuesday") + "\n");
    assertThat(shell.run("backup", "list", "none").exitCode()).isEqualTo(4);
  }

  @Test
  void aBackupIsShownWithItsState() {
    assertThat(shell.run("backup", "show", directory.toString(), "tuesday").out())
        .contains("Name:     tuesday", "Domain:   a (", "STATE", "ok");
    assertThat(shell.run("backup", "show", directory.toString(), "none").exitCode()).isEqualTo(4);
  }
}
