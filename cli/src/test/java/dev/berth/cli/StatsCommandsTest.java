package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What domains use, from the command line. */
final class StatsCommandsTest {
  private final Shell shell = Shell.with(MemoryHost.create());

  @BeforeEach
  void twoDomains() {
    shell.typing("{name: a, memory: 64MiB}").run("define", "-");
    shell.typing("{name: b, memory: 64MiB}").run("define", "-");
    shell.run("start", "b");
  }

  @Test
  void everyDomainHasItsRow() {
    assertThat(shell.run("stats"))
        .isEqualTo(new Outcome(0, "NAME  STATE\na     shutoff\nb     running\n", ""));
  }

  @Test
  void onlyThoseThatAreNamedAreShownAndOthersAreAnError() {
    Outcome outcome = shell.run("stats", "b*", "c");

    assertThat(outcome.out()).contains("b     running").doesNotContain("a  ");
    assertThat(outcome.err()).contains("'c'");
    assertThat(outcome.exitCode()).isEqualTo(4);
  }

  @Test
  void programsGetAllFigures() {
    assertThat(shell.run("-o", "json", "stats", "b").out())
        .contains("\"machine\"", "\"liveness\": \"responsive\"", "\"cpuMillis\": 0");
  }

  @Test
  void topPrintsOneTableAfterTheOtherWithoutATerminal() {
    Outcome outcome = shell.run("top", "--count", "2", "--delay", "100ms");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().split("domains 2, machines 1, CPU 0.0%, memory 0B", -1)).hasSize(3);
    assertThat(outcome.out()).contains("b     running\na     shutoff\n");
  }

  @Test
  void topPrintsALineOfJsonForEachLook() {
    Outcome outcome = shell.run("-o", "json", "top", "--count", "2", "--delay", "100ms");

    assertThat(outcome.out().lines()).hasSize(2).allMatch(line -> line.startsWith("["));
  }

  @Test
  void aPauseThatIsNoneIsRefused() {
    assertThat(shell.run("top", "--delay", "1ms").exitCode()).isEqualTo(2);
  }
}
