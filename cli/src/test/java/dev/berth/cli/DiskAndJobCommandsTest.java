package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.job.Job;
import dev.berth.job.JobState;
import dev.berth.testing.MemoryHost;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that come and go, and the jobs that their going is. */
final class DiskAndJobCommandsTest {
  private static final DomainRef A = DomainRef.of("a");
  private static final String[] ATTACH = {
    "disk", "attach", "a", "--name", "data", "--file", "data.raw", "--format", "raw"
  };

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing("{name: a, memory: 64MiB}").run("define", "-");
  }

  @Test
  void aDiskGoesToTheDefinitionAndTheMachine() {
    shell.run("start", "a");

    assertThat(shell.run(ATTACH)).isEqualTo(new Outcome(0, "a: attached\n", ""));

    assertThat(host.definition(A).json())
        .contains("\"name\":\"data\"", Shell.DIRECTORY + "/data.raw");
    assertThat(host.domain(A).definition().pending()).isFalse();
  }

  @Test
  void aDiskCanBeAnImageOfAPool(@TempDir Path directory) {
    shell.run("pool", "create", "fast", directory.toString());
    shell.run("image", "create", "fast/data.raw", "1MiB", "--format", "raw");
    shell.run("start", "a");

    assertThat(shell.run("disk", "attach", "a", "--name", "data", "--image", "fast/data.raw"))
        .isEqualTo(new Outcome(0, "a: attached\n", ""));

    assertThat(host.definition(A).json()).contains("\"image\":\"fast/data.raw\"");
    assertThat(shell.run("image", "delete", "fast/data.raw").exitCode()).isEqualTo(6);
    Outcome unknown = shell.run("disk", "attach", "a", "--name", "x", "--image", "fast/none");
    assertThat(unknown.exitCode()).isEqualTo(3);
    assertThat(unknown.err()).contains("no image 'fast/none' on record");
  }

  @Test
  void aDiskIsReadFromADocumentToo() {
    Outcome outcome =
        Shell.with(host)
            .typing("name: data\nfile: /data.raw\nformat: raw\n")
            .run("disk", "attach", "a", "-f", "-", "--config");

    assertThat(outcome.exitCode()).isZero();
    assertThat(host.definition(A).json()).contains("\"data\"");
    assertThat(shell.run("disk", "attach", "a", "-f", "x.yaml", "--name", "x").exitCode())
        .isEqualTo(2);
    assertThat(shell.run("disk", "attach", "a", "--name", "x").exitCode()).isEqualTo(3);
    assertThat(shell.run("disk", "attach", "a", "--name", "x", "--live").exitCode()).isEqualTo(3);
  }

  @Test
  void aDetachWaitsForTheGuest() {
    shell.run("start", "a");
    shell.run(ATTACH);

    Outcome outcome = shell.run("disk", "detach", "a", "data");

    Job job = host.jobs().get(0);
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                0, "a: detach-disk 'data' succeeded (removed), job " + job.id() + "\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("\"data\"");
  }

  @Test
  void aGuestThatHoldsOnEndsTheWaitAndNotTheJob() {
    shell.run("start", "a");
    shell.run(ATTACH);
    host.deafen(A);

    Outcome outcome = shell.run("disk", "detach", "a", "data", "--timeout", "10ms");

    assertThat(outcome.exitCode()).isEqualTo(13);
    Job job = host.jobs().get(0);
    assertThat(outcome.err()).contains(job.id().text());
    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(shell.run("disk", "detach", "a", "data").exitCode()).isEqualTo(7);
    assertThat(shell.run("job", "wait", job.id().text(), "--timeout=10ms").exitCode())
        .isEqualTo(13);
    assertThat(shell.run("job", "cancel", job.id().text()).out())
        .startsWith("a: detach-disk 'data' cancelled (cancelled), job " + job.id());
    assertThat(shell.run("job", "wait", job.id().text()).exitCode()).isEqualTo(20);
  }

  @Test
  void aWaitShowsABarOnATerminalAndALineForEachChangeToPrograms() {
    shell.run("start", "--paused", "a");
    shell.run(ATTACH);
    shell.run("disk", "detach", "a", "data", "--no-wait");
    String job = host.jobs().get(0).id().text();

    Outcome lines = shell.run("job", "wait", job, "--timeout=10ms", "-o", "json");
    Outcome bar = Shell.with(host).onATerminal().run("job", "wait", job, "--timeout=10ms");

    assertThat(lines.exitCode()).isEqualTo(13);
    assertThat(lines.out().lines())
        .singleElement()
        .asString()
        .startsWith("{\"id\":\"" + job + "\"")
        .contains("\"state\":\"running\"");
    assertThat(bar.out()).isEqualTo("\r\u001b[K[" + " ".repeat(30) + "] 0%, 0 of 1\r\u001b[K");
    assertThat(bar.err()).contains("After 10ms this still goes on", job);
    shell.run("resume", "a");
    assertThat(shell.run("job", "wait", job, "-o", "json").out().lines()).hasSize(1);
  }

  @Test
  void oneKeyGivesOneJob() {
    shell.run("start", "--paused", "a");
    shell.run(ATTACH);
    String[] detach = {"disk", "detach", "a", "data", "--no-wait", "--key", "k1"};

    Outcome first = shell.run(detach);

    assertThat(first.exitCode()).isZero();
    assertThat(shell.run(detach)).isEqualTo(first);
    assertThat(host.jobs()).hasSize(1);
  }

  @Test
  void aDumpIsWaitedForAndItsFileIsTakenFromHere() {
    shell.run("start", "a");

    Outcome outcome = shell.run("dump", "a", "a.elf");

    Job job = host.jobs().get(0);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            "a: dump-memory '"
                + Shell.DIRECTORY
                + "/a.elf' succeeded (complete), job "
                + job.id()
                + "\n");
    assertThat(shell.run("dump", "a", "a.elf").exitCode()).isEqualTo(5);
    assertThat(shell.run("dump", "a", "a.elf", "--replace", "--format=kdump-zlib").exitCode())
        .isZero();
    assertThat(shell.run("dump", "a", "b.elf", "--format", "zip").exitCode()).isEqualTo(2);
  }

  @Test
  void disksAreListed() {
    shell.run("start", "--paused", "a");
    shell.run(ATTACH);
    shell.run("disk", "detach", "a", "data", "--no-wait");
    String job = host.jobs().get(0).id().text();

    Outcome list = shell.run("disk", "list", "a");

    assertThat(list.out().lines())
        .containsExactly(
            "NAME  DEVICE  IN    PLACE   SOURCE"
                + " ".repeat(Shell.DIRECTORY.toString().length() + "/data.raw".length() - 4)
                + "NOTE",
            "data  disk    both  memory  " + Shell.DIRECTORY + "/data.raw  leaving: job " + job);
    assertThat(shell.run("-q", "disk", "list", "a").out()).isEqualTo("data\n");
    assertThat(shell.run("disk", "list", "a", "-o", "json").out()).contains(job);
  }

  @Test
  void jobsAreListedAndShown() {
    shell.run("start", "--paused", "a");
    shell.run(ATTACH);
    shell.run("disk", "detach", "a", "data", "--no-wait", "--key", "k1");
    Job job = host.jobs().get(0);

    Outcome list = shell.run("job", "list");
    assertThat(list.out().lines()).hasSize(2);
    assertThat(list.out())
        .startsWith("ID ")
        .contains(job.id() + "  detach-disk  a       data     running  waiting-for-guest");
    assertThat(shell.run("-q", "job", "list").out()).isEqualTo(job.id() + "\n");
    assertThat(shell.run("job", "list", "-o", "json").out()).contains("\"state\": \"running\"");
    assertThat(shell.run("job", "show", job.id().text()).out())
        .contains("Kind:        detach-disk", "Key:         k1", "Progress:    0%, 0 of 1");
    shell.run("job", "cancel", job.id().text());
    assertThat(shell.run("job", "list", "--running").out().lines()).hasSize(1);
    assertThat(shell.run("job", "show", "0123456789ab").exitCode()).isEqualTo(4);
    assertThat(shell.run("job", "show", "nonsense").exitCode()).isEqualTo(17);
  }
}
