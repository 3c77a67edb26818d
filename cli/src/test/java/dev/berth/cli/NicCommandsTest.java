package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.job.Job;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Network interfaces that come and go. */
final class NicCommandsTest {
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing("{name: a, memory: 64MiB}").run("define", "-");
  }

  @Test
  void anInterfaceIsDescribedByOptionsOrADocument() {
    shell.run("start", "a");

    assertThat(shell.run("nic", "attach", "a", "--name", "lan"))
        .isEqualTo(new Outcome(0, "a: attached\n", ""));
    assertThat(
            shell
                .run(
                    "nic",
                    "attach",
                    "a",
                    "--name",
                    "out",
                    "--network",
                    "bridge",
                    "--bridge",
                    "br0",
                    "--mac",
                    "52:54:00:12:34:56",
                    "--config")
                .exitCode())
        .isZero();
    assertThat(
            Shell.with(host)
                .typing("name: dmz\nnetwork: tap\ntap: tap0\n")
                .run("nic", "attach", "a", "-f", "-", "--config")
                .exitCode())
        .isZero();

    assertThat(host.definition(A).json()).contains("\"lan\"", "\"br0\"", "\"tap0\"");
    assertThat(shell.run("nic", "list", "a").out().lines())
        .containsExactly(
            "NAME  NETWORK     MAC                SERVED BY  IN          PLACE",
            "lan   user        52:54:00:00:00:01  qemu       both        memory",
            "out   bridge br0  52:54:00:12:34:56             definition",
            "dmz   tap tap0                                  definition");
    assertThat(shell.run("-q", "nic", "list", "a").out()).isEqualTo("lan\nout\ndmz\n");
    assertThat(shell.run("nic", "list", "a", "-o", "json").out()).contains("\"bridge br0\"");
    assertThat(shell.run("nic", "attach", "a", "-f", "x.yaml", "--name", "x").exitCode())
        .isEqualTo(2);
  }

  @Test
  void aDetachWaitsForTheGuest() {
    shell.run("start", "a");
    shell.run("nic", "attach", "a", "--name", "lan");

    Outcome outcome = shell.run("nic", "detach", "a", "lan");

    Job job = host.jobs().get(0);
    assertThat(outcome)
        .isEqualTo(
            new Outcome(0, "a: detach-nic 'lan' succeeded (removed), job " + job.id() + "\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("\"lan\"");
    assertThat(shell.run("nic", "detach", "a", "lan").exitCode()).isEqualTo(4);
  }
}
