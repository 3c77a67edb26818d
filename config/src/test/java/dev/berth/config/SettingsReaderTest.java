package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.control.ControlAccess;
import dev.berth.control.TlsAccess;
import dev.berth.control.TlsEndpoint;
import dev.berth.engine.migration.MigrationNetwork;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsReaderTest {
  @TempDir private Path home;

  @Test
  void defaultsHoldWhenNobodySaysOtherwise() {
    HostSettings settings = HostSettings.under(home);

    assertThat(settings.engine()).isEqualTo(dev.berth.engine.EngineSettings.DEFAULT);
    assertThat(settings.qemuBinaries()).isEmpty();
    assertThat(settings.eventsKept()).isEqualTo(100_000);
    assertThat(settings.eventAge()).isEqualTo(Duration.ofDays(30));
  }

  @Test
  void flagsOutrankTheEnvironmentAndThatOutranksTheFile() throws IOException {
    write(
        """
        heartbeat: 1s
        overdue: 1s
        reap-grace: 1s
        qemu: [/a/qemu, /b/qemu]
        """);

    HostSettings settings =
        read(Map.of("BERTH_OVERDUE", "2s", "BERTH_REAP_GRACE", "2s"), Map.of("reap-grace", "3s"));

    assertThat(settings.engine().heartbeat()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.engine().overdue()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.engine().reapGrace()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.qemuBinaries()).containsExactly(Path.of("/a/qemu"), Path.of("/b/qemu"));
  }

  @Test
  void everythingThatIsWrongIsToldAtOnceWithItsSource() throws IOException {
    write("heartbeat: soon\nhartbeat: 1s\n");

    InvalidDefinitionException refused =
        catchThrowableOfType(
            InvalidDefinitionException.class,
            () ->
                read(
                    Map.of("BERTH_QEMU", "bin/qemu"),
                    Map.of("operation-limit", "0", "events-kept", "many")));

    assertThat(refused.problems().stream().map(problem -> problem.path()).toList())
        .containsExactlyInAnyOrder(
            "hartbeat", "heartbeat", "qemu", "operation-limit", "events-kept");
    assertThat(refused)
        .hasMessageContaining("found 'soon' (from " + home.resolve("berth.yaml") + ")")
        .hasMessageContaining("found 'bin/qemu' (from BERTH_QEMU)")
        .hasMessageContaining("found '0' (from --set operation-limit)");
  }

  @Test
  void aBrokenFileIsToldWithItsLine() throws IOException {
    write("heartbeat: 1s\n  overdue: [\n");

    InvalidDefinitionException refused =
        catchThrowableOfType(InvalidDefinitionException.class, () -> HostSettings.under(home));

    assertThat(refused.problems()).hasSize(1);
    assertThat(refused.problems().get(0).line()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff00fe01", "68656172746265617400", "2d20610a", "7b7b"})
  void bytesThatAreNoSettingsAreToldWithTheirFile(String hex) throws IOException {
    Files.write(home.resolve("berth.yaml"), HexFormat.of().parseHex(hex));

    assertThatThrownBy(() -> HostSettings.under(home))
        .isInstanceOf(BerthException.class)
        .hasMessageContaining(home.resolve("berth.yaml").toString());
  }

  @Test
  void whoIsServedOverTlsIsAListInTheFile() throws IOException {
    write(
        """
        listen: tls://[::1]
        tls-key: /keys/host.pem
        tls-access: ["CN=ops, O=Example", host-b.example]
        tls-access-read-only: CN=look
        tls-hosts: CN=host-b
        migration-address: 2001:db8::1
        migration-ports: 50000-50009
        access: [alice, "@kvm"]
        """);

    HostSettings settings = read(Map.of("BERTH_TLS_CA", "/ca.pem"), Map.of());

    assertThat(settings.tls())
        .isEqualTo(
            new TlsFiles(
                Path.of("/ca.pem"), home.resolve("tls/cert.pem"), Path.of("/keys/host.pem")));
    assertThat(settings.listen())
        .contains(
            new TlsEndpoint(
                "::1",
                16520,
                settings.tls(),
                new TlsAccess(
                    TlsAccess.Names.parse("CN=ops,O=Example; host-b.example"),
                    TlsAccess.Names.parse("CN=look"),
                    TlsAccess.Names.parse("CN=host-b"))));
    assertThat(settings.migration()).isEqualTo(new MigrationNetwork("2001:db8::1", 50_000, 50_009));
    assertThat(settings.access().full()).isEqualTo(ControlAccess.Names.parse("alice @kvm"));
  }

  @Test
  void whatIsWrongWithTlsIsToldByItsKey() {
    InvalidDefinitionException refused =
        catchThrowableOfType(
            InvalidDefinitionException.class,
            () ->
                read(
                    Map.of("BERTH_LISTEN", "tcp://0.0.0.0", "BERTH_TLS_ACCESS", "CN=a; O"),
                    Map.of("tls-key", "key.pem", "tls-access-read-only", "CN=,,")));

    assertThat(refused.problems().stream().map(problem -> problem.path()).distinct().toList())
        .containsExactlyInAnyOrder("listen", "tls-key", "tls-access-read-only");
    assertThat(
            catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> read(Map.of("BERTH_LISTEN", "tls://0.0.0.0"), Map.of())))
        .hasMessageContaining("nobody would be served")
        .hasMessageContaining("'tls-access'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "49152-", "80-90", "50009-50000", "65000-65536", "a-b", "1-2-3"})
  void portsThatAreNoneAreTold(String ports) {
    assertThat(
            catchThrowableOfType(
                    InvalidDefinitionException.class,
                    () -> read(Map.of(), Map.of("migration-ports", ports)))
                .problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.path()).isEqualTo("migration-ports"));
  }

  @Test
  void onePortAloneIsARangeAndANameIsNoAddress() {
    assertThat(read(Map.of(), Map.of("migration-ports", "50000")).migration())
        .isEqualTo(new MigrationNetwork("", 50_000, 50_000));
    assertThat(
            catchThrowableOfType(
                InvalidDefinitionException.class,
                () -> read(Map.of(), Map.of("migration-address", "host-a.example"))))
        .hasMessageContaining("migration-address")
        .hasMessageContaining("host-a.example");
  }

  @Test
  void theGuideListsEverySetting() throws IOException {
    String table =
        Arrays.stream(SettingKey.values())
            .map(
                key ->
                    "| `"
                        + key.text()
                        + "` | `"
                        + key.variable()
                        + "` | "
                        + (key.fallback().isEmpty() ? "" : "`" + key.fallback() + "`")
                        + " | "
                        + key.meaning()
                        + " |")
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(Path.of("../docs/guide.md")))
        .contains(
            "<!-- settings -->\n| key | environment | default | meaning |\n|---|---|---|---|\n"
                + table
                + "\n<!-- /settings -->");
  }

  private HostSettings read(Map<String, String> environment, Map<String, String> flags) {
    return SettingsReader.read(HomeLayout.under(home), environment, flags);
  }

  private void write(String yaml) throws IOException {
    Files.writeString(home.resolve("berth.yaml"), yaml);
  }
}
