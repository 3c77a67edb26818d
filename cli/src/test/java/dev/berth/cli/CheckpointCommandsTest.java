package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checkpoints that are made, looked at and forgotten. */
final class CheckpointCommandsTest {
  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host)
        .typing(
            "{name: a, memory: 64MiB, disks: [{name: vda, format: qcow2, file: /vda.qcow2},"
                + " {name: vdb, format: raw, file: /vdb.raw}]}")
        .run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void checkpointsAreListedUntilTheyAreDeleted() {
    assertThat(shell.run("checkpoint", "create", "a", "before-patch"))
        .isEqualTo(new Outcome(0, "a: checkpoint 'before-patch' begun\n", ""));
    shell.run("checkpoint", "create", "a", "after", "--disk", "vda");

    assertThat(shell.run("checkpoint", "list", "a").out().lines())
        .containsExactly(
            "NUMBER  CHECKPOINT    DISK  STATE      DIRTY BYTES",
            "1       before-patch  vda   closed     0",
            "2       after         vda   recording  0");
    assertThat(shell.run("-q", "checkpoint", "list", "a").out()).isEqualTo("before-patch\nafter\n");
    assertThat(shell.run("checkpoint", "list", "a", "-o", "json").out())
        .contains("\"before-patch\"", "\"recording\"");
    assertThat(shell.run("checkpoint", "delete", "a", "after"))
        .isEqualTo(new Outcome(0, "a: checkpoint 'after' deleted\n", ""));
    assertThat(shell.run("-q", "checkpoint", "list", "a").out()).isEqualTo("before-patch\n");
  }

  @Test
  void whatCannotBeIsToldByTheExitCode() {
    shell.run("checkpoint", "create", "a", "before-patch");

    assertThat(shell.run("checkpoint", "create", "a", "before-patch").exitCode()).isEqualTo(5);
    assertThat(shell.run("checkpoint", "delete", "a", "none").exitCode()).isEqualTo(4);
    assertThat(shell.run("checkpoint", "create", "a", "x", "--disk", "vdb").exitCode())
        .isEqualTo(6);
    assertThat(shell.run("checkpoint", "create", "a", "a/b").err())
        .contains("'a/b' is no name of a checkpoint");
  }
}
