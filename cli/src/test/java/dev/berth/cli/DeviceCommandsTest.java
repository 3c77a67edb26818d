package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.job.Job;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Small devices that come and go. */
final class DeviceCommandsTest {
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing("{name: a, memory: 64MiB, balloon: false}").run("define", "-");
  }

  @Test
  void aDeviceIsDescribedByOptionsOrADocument() {
    shell.run("start", "a");

    assertThat(shell.run("device", "attach", "a", "--device", "watchdog", "--action", "pause"))
        .isEqualTo(new Outcome(0, "a: attached\n", ""));
    assertThat(
            shell.run("device", "attach", "a", "--device=vsock", "--cid=7", "--config").exitCode())
        .isZero();
    assertThat(
            Shell.with(host)
                .typing("device: tablet\n")
                .run("device", "attach", "a", "-f", "-", "--live")
                .exitCode())
        .isZero();

    assertThat(host.definition(A).json()).contains("\"watchdog\":\"pause\"", "\"vsock\":7");
    assertThat(shell.run("device", "list", "a").out().lines())
        .containsExactly(
            "DEVICE    IN          PLACE",
            "rng       both        memory",
            "watchdog  both        memory",
            "tablet    machine     memory",
            "vsock     definition");
    assertThat(shell.run("-q", "device", "list", "a").out())
        .isEqualTo("rng\nwatchdog\ntablet\nvsock\n");
    assertThat(shell.run("device", "list", "a", "-o", "json").out()).contains("\"live\"");
    assertThat(shell.run("device", "attach", "a", "--device=vsock", "--cid=x").exitCode())
        .isEqualTo(3);
    assertThat(shell.run("device", "attach", "a", "--device=video").err()).contains("next boot");
  }

  @Test
  void aChannelHasItsNameAndShowsItsSocket() {
    shell.run("start", "a");

    assertThat(shell.run("device", "attach", "a", "--device=channel", "--name=org.example.0").out())
        .isEqualTo("a: attached\n");

    assertThat(shell.run("device", "list", "a").out().lines())
        .containsExactly(
            "DEVICE         KIND     IN    PLACE   SOCKET",
            "rng                     both  memory",
            "org.example.0  channel  both  memory  /memory/org.example.0");
    assertThat(shell.run("device", "attach", "a", "--device=channel").err()).contains("name");
    assertThat(shell.run("console", "a", "--name", "org.example.9").exitCode()).isEqualTo(4);
  }

  @Test
  void iothreadsComeAndGoWithTheirNamesAndServeDisks() {
    shell.run("start", "a");

    assertThat(shell.run("device", "attach", "a", "--device=iothread", "--name=io1"))
        .isEqualTo(new Outcome(0, "a: attached\n", ""));
    assertThat(
            shell
                .run(
                    "disk",
                    "attach",
                    "a",
                    "--name=d",
                    "--file=/d",
                    "--format=raw",
                    "--iothread=io1")
                .exitCode())
        .isZero();
    assertThat(host.definition(A).json())
        .contains("\"iothreads\":[\"io1\"]", "\"iothread\":\"io1\"");
    assertThat(shell.run("device", "detach", "a", "iothread-io1").err()).contains("'d'");
    shell.run("disk", "detach", "a", "d");
    assertThat(shell.run("device", "detach", "a", "iothread-io1").exitCode()).isZero();
    assertThat(host.definition(A).json()).doesNotContain("iothread");
    assertThat(shell.run("device", "attach", "a", "--device=iothread").err()).contains("name");
  }

  @Test
  void aDetachWaitsForTheGuest() {
    shell.run("start", "a");

    Outcome outcome = shell.run("device", "detach", "a", "rng");

    Job job = host.jobs().get(0);
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                0, "a: detach-device 'rng' succeeded (removed), job " + job.id() + "\n", ""));
    assertThat(shell.run("device", "detach", "a", "rng").exitCode()).isEqualTo(4);
  }
}
