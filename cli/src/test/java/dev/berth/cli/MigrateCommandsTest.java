package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.MemoryHost;
import java.util.List;
import java.util.stream.Stream;
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
  void whatIsSaidOfAMachineIsNotForADomainWithoutOne() {
    String[] offline = {"migrate", "a", "--to", "unix:/other", "--offline"};

    assertThat(shell.run(with(offline)).exitCode()).isEqualTo(16);
    assertThat(shell.run(with(offline, "--with-storage")).exitCode()).isEqualTo(16);
    assertThat(shell.run(with(offline, "--storage", "/b", "--speed", "1MiB")).exitCode())
        .isEqualTo(16);
    assertThat(shell.run(with(offline, "--storage", "b")).err()).contains("an absolute path");
    for (String[] wrong :
        List.of(
            new String[] {"--speed", "1MiB"},
            new String[] {"--downtime", "1s"},
            new String[] {"--with-storage", "--channels", "2"})) {
      assertThat(shell.run(with(offline, wrong)).exitCode())
          .as(String.join(" ", wrong))
          .isEqualTo(2);
    }
  }

  private static String[] with(String[] words, String... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void nothingIsDecidedByHandWhereNothingWaits() {
    shell.run("start", "a");

    assertThat(shell.run("migration", "resolve", "a", "--owner", "this").exitCode()).isEqualTo(6);
    assertThat(shell.run("migration", "resolve", "a", "--owner", "me").exitCode()).isEqualTo(2);
  }
}
