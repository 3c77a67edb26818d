package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.error.AccessDeniedException;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code vmctl doctor} on the machine of the test; its checks have tests where they are. */
@ExtendWith(LeakCheck.class)
final class DoctorCommandTest {
  @TempDir Path home;

  @Test
  void aMachineInOrderIsExaminedWithoutADaemon() {
    Outcome outcome = run(Shell.alone());

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .startsWith("ok       daemon ")
        .contains("none runs at " + home.resolve("control.sock"))
        .contains(", used for new machines\n")
        .containsPattern("\n\\d+ findings: 0 problems, \\d+ notes?\n$");
  }

  @Test
  void theDaemonThatAnswersIsNamed() {
    assertThat(run(Shell.with(MemoryHost.create())).out())
        .containsPattern("daemon +version .* answers, pid \\d+");
  }

  @Test
  void aDaemonThatDiedIsNotedAndNotStarted() throws IOException {
    Files.createFile(home.resolve("control.sock"));

    assertThat(run(Shell.alone()).out())
        .startsWith("note     daemon ")
        .contains("has died: its socket " + home.resolve("control.sock"));
  }

  @Test
  void aDaemonThatRefusesUsIsNoted() {
    Shell refused =
        Shell.reaching(
            address -> {
              throw new AccessDeniedException("not for you");
            });

    assertThat(run(refused).out()).startsWith("note     daemon ").contains("not for you");
  }

  @Test
  void whatIsBrokenDecidesTheExitCode() throws IOException {
    Files.writeString(home.resolve("berth.yaml"), "nonsense: 1\n");

    Outcome people = run(Shell.alone());
    assertThat(people.exitCode()).isEqualTo(14);
    assertThat(people.out()).contains("\nproblem  settings ").contains("-> mend ");

    Outcome programs = run(Shell.alone(), "-o", "json");
    assertThat(programs.exitCode()).isEqualTo(14);
    assertThat(programs.out())
        .startsWith("{\n  \"verdict\": \"problem\",\n  \"findings\": [")
        .contains("\"check\": \"settings\",\n      \"verdict\": \"problem\",")
        .contains("\"remedy\": \"mend ");
    assertThat(run(Shell.alone(), "-q")).isEqualTo(new Outcome(14, "", ""));
  }

  @Test
  void anAddressNamesNoHomeToExamine() {
    Outcome outcome = Shell.alone().run("doctor", "--connect", "unix:/somewhere");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("give --home");
  }

  private Outcome run(Shell shell, String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "doctor";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return shell
        .set("BERTH_HOME", home.toString())
        .set("PATH", System.getenv("PATH"))
        .run(arguments);
  }
}
