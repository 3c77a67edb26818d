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
    Shell.with(host)
        .typing("{name: a, memory: 64MiB, cpus: 2, max-cpus: 4, max-memory: 256MiB}")
        .run("define", "-");
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
  void aDomainHasMoreMemoryAndLess() {
    Outcome more = shell.run("memory", "set", "a", "128MiB");
    assertThat(more.exitCode()).isZero();
    assertThat(more.out()).startsWith("a: set-memory '128MiB' succeeded (done), job ");
    assertThat(host.definition(A).json()).contains("\"memory\":\"128MiB\"");
    assertThat(shell.run("memory", "set", "a", "64MiB", "--live").exitCode()).isZero();
    assertThat(shell.run("memory", "set", "a", "1GiB").err()).contains("max-memory");
    assertThat(shell.run("memory", "set", "a", "much").exitCode()).isEqualTo(2);
  }

  @Test
  void aBalloonTakesMemoryFromAGuest() {
    Outcome less = shell.run("memory", "balloon", "a", "32MiB");
    assertThat(less.exitCode()).isZero();
    assertThat(less.out()).startsWith("a: set-balloon '32MiB' succeeded (done), job ");
    assertThat(shell.run("memory", "balloon", "a", "1GiB").exitCode()).isNotZero();
    assertThat(shell.run("memory", "balloon", "a", "much").exitCode()).isEqualTo(2);
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
