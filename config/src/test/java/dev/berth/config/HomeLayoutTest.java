package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HomeLayoutTest {
  private static final Map<String, String> NOTHING_SET = Map.of();

  @Test
  void rootUsesTheSystemsDirectories() {
    HomeLayout layout = HomeLayout.of(Optional.empty(), Map.of("HOME", "/root"), 0);

    assertThat(layout)
        .isEqualTo(
            new HomeLayout(
                Path.of("/var/lib/berth"),
                Path.of("/run/berth"),
                Path.of("/var/log/berth"),
                Path.of("/var/cache/berth"),
                Path.of("/run/berth/control.sock"),
                Path.of("/etc/berth/berth.yaml")));
  }

  @Test
  void anOrdinaryUserUsesTheXdgDirectories() {
    HomeLayout layout =
        HomeLayout.of(
            Optional.empty(),
            Map.of("HOME", "/home/eve", "XDG_RUNTIME_DIR", "/run/user/1000"),
            1000);

    assertThat(layout)
        .isEqualTo(
            new HomeLayout(
                Path.of("/home/eve/.local/share/berth"),
                Path.of("/run/user/1000/berth"),
                Path.of("/home/eve/.local/state/berth"),
                Path.of("/home/eve/.cache/berth"),
                Path.of("/run/user/1000/berth/control.sock"),
                Path.of("/home/eve/.config/berth/berth.yaml")));
  }

  @Test
  void xdgVariablesMoveAnOrdinaryUsersDirectories() {
    HomeLayout layout =
        HomeLayout.of(
            Optional.empty(),
            Map.of(
                "HOME", "/home/eve",
                "XDG_DATA_HOME", "/data",
                "XDG_STATE_HOME", "/state",
                "XDG_CACHE_HOME", "/cache",
                "XDG_CONFIG_HOME", "/settings"),
            1000);

    assertThat(layout)
        .isEqualTo(
            new HomeLayout(
                Path.of("/data/berth"),
                Path.of("/data/berth/run"),
                Path.of("/state/berth"),
                Path.of("/cache/berth"),
                Path.of("/data/berth/run/control.sock"),
                Path.of("/settings/berth/berth.yaml")));
  }

  @Test
  void aRelativeXdgVariableDoesNotCount() {
    HomeLayout layout =
        HomeLayout.of(
            Optional.empty(), Map.of("HOME", "/home/eve", "XDG_DATA_HOME", "elsewhere"), 1000);

    assertThat(layout.home()).isEqualTo(Path.of("/home/eve/.local/share/berth"));
  }

  @Test
  void aGivenHomeHoldsEverythingForAnyUser() {
    HomeLayout expected =
        new HomeLayout(
            Path.of("/srv/vms"),
            Path.of("/srv/vms/run"),
            Path.of("/srv/vms/log"),
            Path.of("/srv/vms/cache"),
            Path.of("/srv/vms/control.sock"),
            Path.of("/srv/vms/berth.yaml"));
    Optional<Path> given = Optional.of(Path.of("/srv/vms"));

    assertThat(HomeLayout.of(given, Map.of("BERTH_HOME", "/elsewhere"), 0)).isEqualTo(expected);
    assertThat(HomeLayout.of(given, NOTHING_SET, 1000)).isEqualTo(expected);
    assertThat(HomeLayout.of(Optional.empty(), Map.of("BERTH_HOME", "/srv/vms"), 1000))
        .isEqualTo(expected);
  }

  @Test
  void aRelativeHomeStartsFromTheWorkingDirectory() {
    assertThat(HomeLayout.under(Path.of("here/../there")).home())
        .isEqualTo(Path.of("there").toAbsolutePath());
  }

  @Test
  void aHomeWhoseSocketPathIsTooLongIsRefused() {
    Path longestLegal = Path.of("/" + "x".repeat(107 - "//control.sock".length()));

    assertThat(HomeLayout.under(longestLegal).controlSocket().toString()).hasSize(107);
    assertThatThrownBy(() -> HomeLayout.under(Path.of(longestLegal + "x")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("108 bytes")
        .hasMessageContaining("shorter path");
  }

  @Test
  void aUserWithoutAnyHomeIsToldWhatToSet() {
    assertThatThrownBy(() -> HomeLayout.of(Optional.empty(), NOTHING_SET, 1000))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("XDG_DATA_HOME")
        .hasMessageContaining("--home DIR");
  }

  @Test
  void theUserIdIsTheOneTheSystemReports() throws IOException, InterruptedException {
    Process id = new ProcessBuilder("id", "-u").start();
    String reported = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    id.waitFor();

    assertThat(HomeLayout.userId()).isEqualTo(Integer.parseInt(reported.strip()));
  }
}
