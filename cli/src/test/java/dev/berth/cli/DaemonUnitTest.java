package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cli.Shell.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units for systemd. */
final class DaemonUnitTest {
  private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");

  @TempDir Path directory;

  @Test
  void systemdFindsNothingAmissInTheUnits() throws Exception {
    assumeTrue(Files.isExecutable(ANALYZE), "systemd-analyze is not installed");
    Path daemon = write("berth.service");
    Path guests = write("berth-guests.service");

    Process verify =
        new ProcessBuilder(ANALYZE.toString(), "verify", daemon.toString(), guests.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(verify.getInputStream().readAllBytes());

    assertThat(verify.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).isEmpty();
    assertThat(verify.exitValue()).isZero();
  }

  @Test
  void stoppingTheDaemonEndsNoMachineAndIsNoFailure() {
    assertThat(unit("berth.service"))
        .contains("\nKillMode=process\n", "\nSuccessExitStatus=143\n")
        .doesNotContain("\nRuntimeDirectory=", "ExecStop=");
  }

  @Test
  void guestsAreShutDownBeforeTheDaemonStopsAndNeverBecauseItDoes() {
    assertThat(unit("berth-guests.service"))
        .contains("\nAfter=berth.service\n")
        .contains("\nExecStop=/bin/true shutdown-guests ")
        .doesNotContain("\nRequires=", "\nBindsTo=", "\nPartOf=");
  }

  @Test
  void theCommandOfTheUnitCanBeParsed() {
    String stop =
        unit("berth-guests.service")
            .lines()
            .filter(line -> line.startsWith("ExecStop="))
            .findFirst()
            .orElseThrow();
    String[] words = stop.substring(stop.indexOf(' ') + 1).concat(" --help").split(" ");

    assertThat(Shell.alone().run(words).exitCode()).isZero();
  }

  @Test
  void anUnknownUnitAndARelativePathAreWrongUsage() {
    assertThat(Shell.alone().run("daemon", "unit", "--unit", "x.service").exitCode()).isEqualTo(2);
    assertThat(Shell.alone().run("daemon", "unit", "--vmctl", "vmctl").exitCode()).isEqualTo(2);
  }

  private Path write(String unit) throws Exception {
    return Files.writeString(directory.resolve(unit), unit(unit));
  }

  private static String unit(String name) {
    Outcome outcome = Shell.alone().run("daemon", "unit", "--unit", name, "--vmctl", "/bin/true");
    assertThat(outcome.exitCode()).isZero();
    return outcome.out();
  }
}
