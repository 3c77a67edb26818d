package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a domain has is set another way. */
final class AdjustCommandsTest {
  private static final DomainRef A = DomainRef.of("a");
  private static final String DEFINITION =
      "{name: a, memory: 64MiB, disks: [{name: data, file: /d.raw, format: raw},"
          + " {name: cd, device: cdrom, format: raw}], nics: [{name: lan}]}";

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomain() {
    Shell.with(host).typing(DEFINITION).run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void aDiskIsLimitedAndFreedOfItsLimits() {
    assertThat(
            shell.run(
                "disk",
                "throttle",
                "a",
                "data",
                "--bytes",
                "50MiB burst 1GiB for 9s",
                "--read-operations",
                "500",
                "--group",
                "g"))
        .isEqualTo(new Outcome(0, "a: limited\n", ""));
    assertThat(host.definition(A).json())
        .contains(
            "\"throttle\":{\"bytes\":\"50MiB burst 1GiB for 9s\",\"read-operations\":500,"
                + "\"group\":\"g\"}");

    assertThat(shell.run("disk", "throttle", "a", "data", "--none"))
        .isEqualTo(new Outcome(0, "a: not limited\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("throttle");
  }

  @Test
  void limitsThatCannotBeAreTold() {
    assertThat(shell.run("disk", "throttle", "a", "data").exitCode()).isEqualTo(2);
    assertThat(shell.run("disk", "throttle", "a", "data", "--none", "--bytes=1MiB").exitCode())
        .isEqualTo(2);
    Outcome both = shell.run("disk", "throttle", "a", "data", "--bytes=1MiB", "--read-bytes=1MiB");
    assertThat(both.exitCode()).isEqualTo(3);
    assertThat(both.err()).contains("keep one of them");
    assertThat(shell.run("disk", "throttle", "a", "data", "--bytes=5").exitCode()).isEqualTo(3);
  }

  @Test
  void latenciesAreCountedAndNoMore() {
    assertThat(shell.run("disk", "latency", "a", "data", "--boundaries", "100us,1ms"))
        .isEqualTo(new Outcome(0, "a: latencies of 'data' are counted\n", ""));
    assertThat(host.definition(A).json()).contains("\"latency-histogram\":[\"100us\",\"1ms\"]");
    assertThat(shell.run("disk", "latency", "a", "data", "--config").exitCode()).isZero();
    assertThat(host.definition(A).json()).contains("\"latency-histogram\":true");

    assertThat(shell.run("disk", "latency", "a", "data", "--off"))
        .isEqualTo(new Outcome(0, "a: latencies of 'data' are not counted\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("latency");
    assertThat(shell.run("disk", "latency", "a", "data", "--off", "--boundaries=1s").exitCode())
        .isEqualTo(2);
    Outcome disorder = shell.run("disk", "latency", "a", "data", "--boundaries=1ms,1ms");
    assertThat(disorder.exitCode()).isEqualTo(3);
    assertThat(disorder.err()).contains("latency-histogram[1]", "sort them");
  }

  @Test
  void aDiskGrowsAndShrinksOnlyWhenTold() {
    assertThat(shell.run("disk", "resize", "a", "data", "4MiB"))
        .isEqualTo(new Outcome(0, "a: disk 'data' has 4MiB\n", ""));
    assertThat(shell.run("disk", "resize", "a", "data", "2MiB").exitCode()).isNotZero();
    assertThat(shell.run("disk", "resize", "a", "data", "2MiB", "--shrink").exitCode()).isZero();
    assertThat(shell.run("disk", "resize", "a", "data", "2").exitCode()).isEqualTo(2);
  }

  @Test
  void aMediumIsPutInAndTakenOut() {
    Outcome inserted = shell.run("disk", "insert", "a", "cd", "/images/tools.iso");
    assertThat(inserted).isEqualTo(new Outcome(0, "a: /images/tools.iso is in drive 'cd'\n", ""));
    assertThat(host.definition(A).json()).contains("/images/tools.iso");
    assertThat(shell.run("disk", "insert", "a", "cd", "other.iso").exitCode()).isNotZero();

    assertThat(shell.run("disk", "eject", "a", "cd", "--force"))
        .isEqualTo(new Outcome(0, "a: drive 'cd' is empty\n", ""));
    assertThat(host.definition(A).json()).doesNotContain("tools.iso");
    assertThat(shell.run("disk", "insert", "a", "data", "x.iso").exitCode()).isNotZero();
    assertThat(shell.run("disk", "insert", "a", "cd").exitCode()).isEqualTo(2);
  }

  @Test
  void aCableIsPulledAndPutInAgain() {
    assertThat(shell.run("nic", "link", "a", "lan", "down"))
        .isEqualTo(new Outcome(0, "a: the link is down\n", ""));
    assertThat(host.definition(A).json()).contains("\"link\":\"down\"");
    shell.run("nic", "link", "a", "lan", "up");
    assertThat(host.definition(A).json()).doesNotContain("\"link\"");
    assertThat(shell.run("nic", "link", "a", "lan", "sideways").exitCode()).isEqualTo(2);
    assertThat(shell.run("nic", "link", "a", "wan", "up").exitCode()).isEqualTo(4);
  }
}
