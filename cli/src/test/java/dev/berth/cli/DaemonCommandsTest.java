package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.Shell.Outcome;
import dev.berth.cli.output.Colour;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.OutputFormat;
import dev.berth.config.HomeLayout;
import dev.berth.error.HostFailureException;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that are real processes, with real stores. */
@ExtendWith(LeakCheck.class)
final class DaemonCommandsTest {
  @TempDir Path home;

  private final Shell shell = Shell.reaching(VmHost::connect);

  @AfterEach
  void noDaemonIsLeft() {
    run("daemon", "stop");
  }

  @Test
  void aDaemonIsStartedAndAnswersAndIsStopped() throws Exception {
    String started = start(HomeLayout.under(home));

    assertThat(started)
        .startsWith("vmctl: no daemon answers at " + home.resolve("control.sock"))
        .contains("starting one (log: " + home.resolve("log/daemon.log") + ")\n")
        .contains("vmctl: the daemon answers, pid ");
    Outcome status = run("daemon", "status");
    assertThat(status.out())
        .contains("Version:  ", "\nPid:      ", ", up ", "\nHome:     " + home)
        .contains("\nDomains:  0, 0 with a machine");
    assertThat(run("host", "info").out())
        .contains("\nHome:     " + home)
        .contains("\nQEMU:     not looked for yet");
    assertThat(run("host", "info", "-o", "yaml").out())
        .startsWith("---\nversion: ")
        .contains("\nhome: " + home + "\n");
    assertThat(run("define", "web-1.yaml").exitCode()).isZero();
    assertThat(run("daemon", "stop").out()).startsWith("daemon stopped, pid ");
    assertThat(run("daemon", "status").exitCode()).isEqualTo(16);
  }

  @Test
  void anOrdinaryStartFindsWhatTheDaemonBeforeKept() throws Exception {
    start(HomeLayout.under(home));
    run("define", "web-1.yaml");
    run("daemon", "stop");

    start(HomeLayout.under(home));

    assertThat(run("list", "-q").out()).isEqualTo("web-1\n");
  }

  @Test
  void whatADaemonSaysThatDoesNotStartIsShown() throws Exception {
    Files.writeString(home.resolve("berth.yaml"), "nonsense: 1\n");

    assertThatThrownBy(() -> start(HomeLayout.under(home)))
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("exit code 3")
        .hasMessageContaining("nonsense");
  }

  private Outcome run(String... arguments) {
    return shell.set("BERTH_HOME", home.toString()).run(arguments);
  }

  private static String start(HomeLayout layout) throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Output.Style style = new Output.Style(OutputFormat.TABLE, Output.Verbosity.NORMAL, Colour.NONE);
    Output output = new Output(new ByteArrayOutputStream(), err, style);
    new DaemonProcess().start(layout, VmHost::connect, output).close();
    return err.toString(StandardCharsets.UTF_8);
  }
}
