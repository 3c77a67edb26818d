package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Domains have more of something, or less. */
final class SizeCommandsTest {
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing("{name: a, memory: 64MiB, cpus: 2, max-cpus: 4}").run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void aDomainHasMoreCpusAndFewer() {
    Outcome more = shell.run("cpu", "set", "a", "4");
    assertThat(more.exitCode()).isZero();
    assertThat(more.out()).startsWith("a: set-cpus '4' succeeded (done), job ");
    assertThat(host.definition(A).json()).contains("\"cpus\":4");

    assertThat(shell.run("cpu", "set", "a", "1", "--live").exitCode()).isZero();
    assertThat(host.definition(A).json()).contains("\"cpus\":4");
  }

  @Test
  void cpusThatCannotBeAreTold() {
    Outcome tooMany = shell.run("cpu", "set", "a", "5");
    assertThat(tooMany.exitCode()).isNotZero();
    assertThat(tooMany.err()).contains("max-cpus", "next boot");
    assertThat(shell.run("cpu", "set", "a", "many").exitCode()).isEqualTo(2);
    assertThat(shell.run("cpu", "set", "a", "0").exitCode()).isNotZero();
  }
}
