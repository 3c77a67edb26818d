package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.job.Job;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shares that come and go. */
final class ShareCommandsTest {
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomainWhoseMemoryIsShared() {
    Shell.with(host)
        .typing("{name: a, memory: 64MiB, memory-backing: {kind: memfd, shared: true}}")
        .run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void aShareIsDescribedByOptionsOrADocument() {
    assertThat(shell.run("share", "attach", "a", "--name", "files", "--source", "/srv/files"))
        .isEqualTo(new Outcome(0, "a: attached\n", ""));
    assertThat(
            shell
                .run(
                    "share",
                    "attach",
                    "a",
                    "--name",
                    "media",
                    "--source",
                    "/srv/media",
                    "--tag",
                    "m",
                    "--read-only",
                    "--config")
                .exitCode())
        .isZero();
    assertThat(
            Shell.with(host)
                .typing("name: more\nsource: /srv/more\n")
                .run("share", "attach", "a", "-f", "-", "--live")
                .exitCode())
        .isZero();

    assertThat(host.definition(A).json()).contains("\"files\"", "\"read-only\":true");
    assertThat(shell.run("share", "list", "a").out().lines())
        .containsExactly(
            "NAME   TAG    SOURCE      IN          PLACE",
            "files  files  /srv/files  both        memory",
            "more   more   /srv/more   machine     memory",
            "media  m      /srv/media  definition");
    assertThat(shell.run("-q", "share", "list", "a").out()).isEqualTo("files\nmore\nmedia\n");
    assertThat(shell.run("share", "list", "a", "-o", "json").out()).contains("\"/srv/media\"");
    assertThat(shell.run("share", "attach", "a", "-f", "x.yaml", "--name", "x").exitCode())
        .isEqualTo(2);
  }

  @Test
  void aDetachWaitsForTheGuest() {
    shell.run("share", "attach", "a", "--name", "files", "--source", "/srv/files");

    Outcome outcome = shell.run("share", "detach", "a", "files");

    Job job = host.jobs().get(0);
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                0, "a: detach-share 'files' succeeded (removed), job " + job.id() + "\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("\"files\"");
    assertThat(shell.run("share", "detach", "a", "files").exitCode()).isEqualTo(4);
  }
}
