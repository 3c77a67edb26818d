package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of migrations that cannot be. */
final class MigrateCommandsTest {
  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing("{name: a, memory: 64MiB}").run("define", "-");
  }

  @Test
  void whatCannotBeIsToldByTheExitCode() {
    assertThat(shell.run("migrate", "a", "--to", "unix:/other").exitCode()).isEqualTo(6);
    shell.run("start", "a");

    assertThat(shell.run("migrate", "a", "--to", "unix:/other").exitCode()).isEqualTo(16);
    assertThat(shell.run("migrate", "a", "--to", "unix:/other", "--dry-run").exitCode())
        .isEqualTo(16);
    assertThat(shell.run("migrate", "b", "--to", "unix:/other").exitCode()).isEqualTo(4);
    assertThat(shell.run("migrate", "a").exitCode()).isEqualTo(2);
    assertThat(shell.run("migrate", "a", "--to", "unix:/other", "--downtime", "0s").err())
        .contains("1 ms to 2000 s");
  }

  @Test
  void nothingIsDecidedByHandWhereNothingWaits() {
    shell.run("start", "a");

    assertThat(shell.run("migration", "resolve", "a", "--owner", "this").exitCode()).isEqualTo(6);
    assertThat(shell.run("migration", "resolve", "a", "--owner", "me").exitCode()).isEqualTo(2);
  }
}
