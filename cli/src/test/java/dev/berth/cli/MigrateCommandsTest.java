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
  void whatIsNoAddressIsRefusedInTheWordsOfConnect() {
    for (String wrong : List.of("unix://", "tls://", "no address", "unix:/a b")) {
      Shell.Outcome outcome = shell.run("migrate", "a", "--to", wrong);

      assertThat(outcome.exitCode()).as(wrong).isEqualTo(17);
      assertThat(outcome.err())
          .contains("--to '" + wrong + "' is no address: use one such as unix:///")
          .doesNotContain("Exception", "java.");
    }
    for (String other : List.of("unix:relative", "garbage", "tls:host", "tls://host_name")) {
      assertThat(shell.run("migrate", "a", "--to", other).err())
          .as(other)
          .doesNotContain("Exception", "java.");
    }
  }

  @Test
  void whatIsNoValueIsRefusedInWords() {
    String[] migrate = {"migrate", "a", "--to", "unix:/other"};
    assertIsNoValue("use cancel or pause", with(migrate, "--within", "1s", "--at-limit", "never"));
    assertIsNoValue("use zlib, zstd or none", with(migrate, "--compress", "rar"));
    assertIsNoValue("is not a whole number", with(migrate, "--channels", "many"));
    assertIsNoValue("a number with a unit", with(migrate, "--speed", "fast"));
    assertIsNoValue("use this or other", "migration", "resolve", "a", "--owner", "me");
  }

  private void assertIsNoValue(String words, String... line) {
    Shell.Outcome outcome = shell.run(line);

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(words).doesNotContain("Exception", "java.");
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
