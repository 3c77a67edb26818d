package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.machine.LaunchRecord;
import dev.berth.machine.QemuProcess;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Scopes as a pretended {@code systemd-run} makes them: it notes its options and runs the rest. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class MachineScopesTest {
  @TempDir Path directory;

  @Test
  void eachMachineIsStartedInAScopeOfItsOwnAndFoundAndEndedThere() throws Exception {
    Path calls = obedientSystemd();
    LauncherSettings settings =
        LauncherSettings.under(directory.resolve("home"), directory + ":" + System.getenv("PATH"));
    try (LauncherFixture fixture = LauncherFixture.with(settings)) {
      assertThat(fixture.launcher().withoutScopes()).isEmpty();

      LaunchRecord launch = fixture.launch(Definitions.bare()).launch();

      QemuProcess qemu = fixture.alive(launch);
      assertThat(Files.readAllLines(calls).get(1))
          .contains(
              "--scope --quiet --collect --no-ask-password",
              "--unit=berth-"
                  + launch.subject().name()
                  + "-"
                  + launch.incarnation().substring(0, 12)
                  + ".scope",
              "--property=Before=berth-guests.service");
      fixture.launcher().abort(launch);
      assertThat(qemu.condition()).isEqualTo(QemuProcess.Condition.GONE);
    }
  }

  @Test
  void whatServesAShareHasAScopeBesideTheMachines() throws Exception {
    obedientSystemd();
    try (LauncherFixture fixture = LauncherFixture.in(directory.resolve("home"))) {
      LaunchRecord launch = fixture.plan(Definitions.bare());

      assertThat(new MachineScopes(directory.toString(), 0).prefix(launch, "-share-data"))
          .contains(
              "--unit=berth-web-1-" + launch.incarnation().substring(0, 12) + "-share-data.scope");
    }
  }

  @Test
  void aUsersScopesBelongToTheUsersManagerAndRootsToTheSlicesOfMachines() throws Exception {
    Path calls = obedientSystemd();

    assertThat(new MachineScopes(directory.toString(), 1000).obstacle()).isEmpty();
    assertThat(new MachineScopes(directory.toString(), 0).obstacle()).isEmpty();

    List<String> lines = Files.readAllLines(calls);
    assertThat(lines.get(0)).contains("--user").endsWith("runtime=/run/user/1000");
    assertThat(lines.get(1)).contains("--slice=machine.slice").endsWith("runtime=");
  }

  @Test
  void whereSystemdDoesNotRunTheReasonIsItsOwn() throws Exception {
    Scripts.write(directory.resolve("systemd-run"), "echo 'Host is down' >&2; exit 1");

    MachineScopes scopes = new MachineScopes(directory.toString(), 0);

    assertThat(scopes.obstacle().orElseThrow())
        .isEqualTo("systemd-run cannot make any: exit code 1 (it said: Host is down)");
  }

  @Test
  void withoutSystemdRunThereAreNone() throws Exception {
    assertThat(new MachineScopes(directory + "::relative", 0).obstacle())
        .contains("there is no systemd-run on the PATH");
  }

  private Path obedientSystemd() throws IOException {
    Path calls = directory.resolve("calls");
    Scripts.write(
        directory.resolve("systemd-run"),
        "options=; while [ \"$1\" != -- ]; do options=\"$options $1\"; shift; done; shift\n"
            + "echo \"$options runtime=$XDG_RUNTIME_DIR\" >>"
            + calls
            + "\nexec \"$@\"");
    return calls;
  }
}
