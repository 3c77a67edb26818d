package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.HostFailureException;
import dev.berth.schema.QmpSchema;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
final class QemuFinderTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void theInstalledQemuTellsWhatItCanDo() throws Exception {
    QemuCapabilities capabilities =
        finder(PATIENT, TestQemu.installed().emulator()).find().capabilities();

    assertThat(capabilities.version()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(capabilities.machineType("q35").orElseThrow().name()).startsWith("pc-q35-");
    assertThat(capabilities.cpuModels()).contains("max", "qemu64");
    assertThat(capabilities.commands()).contains("blockdev-add", "device_add", "system_reset");
  }

  @Test
  void aKnownBinaryIsNotRunAgainAndAChangedOneIs() throws Exception {
    Path runs = directory.resolve("runs");
    String wrapper =
        "echo run >> " + runs + "; exec " + TestQemu.installed().emulator() + " \"$@\"";
    Path binary = script("qemu", wrapper);

    QemuCapabilities first = finder(PATIENT, binary).find().capabilities();
    QemuCapabilities second = finder(PATIENT, binary).find().capabilities();
    assertThat(second).isEqualTo(first);
    assertThat(runs).hasContent("run\n");

    script("qemu", wrapper + " ");
    assertThat(finder(PATIENT, binary).find().capabilities()).isEqualTo(first);
    assertThat(runs).hasContent("run\nrun\n");
  }

  @Test
  void whatABinaryTakesIsReadOnceAndKept() throws Exception {
    Path binary = TestQemu.installed().emulator();
    FileIdentity identity = finder(PATIENT, binary).find().identity();
    QmpSchema schema;
    try (SchemaShelf shelf = new SchemaShelf(cache())) {
      schema = shelf.of(identity).get().orElseThrow();
      assertThat(shelf.of(identity).get().orElseThrow()).isSameAs(schema);
    }

    assertThat(schema.supports("blockdev-add", "node-name")).isTrue();
    try (SchemaShelf later = new SchemaShelf(cache())) {
      assertThat(later.of(identity).get().orElseThrow().commandNames())
          .isEqualTo(schema.commandNames());
    }
  }

  @Test
  void aDamagedCacheEntryMeansAskingAgain() throws Exception {
    Path binary = TestQemu.installed().emulator();
    QemuCapabilities first = finder(PATIENT, binary).find().capabilities();
    try (var entries = Files.list(directory.resolve("cache"))) {
      for (Path entry : entries.toList()) {
        Files.writeString(entry, "{");
      }
    }

    assertThat(finder(PATIENT, binary).find().capabilities()).isEqualTo(first);
  }

  @Test
  void allThatQemuSaysIsReadHoweverSlowly() throws Exception {
    Path emulator = TestQemu.installed().emulator();
    Path slow = script("slow-qemu", emulator + " \"$@\" | { sleep 1; cat; }");

    assertThat(finder(PATIENT, slow).find().capabilities())
        .isEqualTo(finder(PATIENT, emulator).find().capabilities());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleep 1000", "sleep 1000 & sleep 1000", "yes"})
  void whatNeverAnswersIsSaidToBeNoQemu(String body) throws Exception {
    assertNoQemu(Duration.ofMillis(300), body, "did not answer within 300 ms");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exit 3                    | exit code 3",
        "echo no QEMU >&2; exit 1  | it said: no QEMU",
        "echo qemu-x: no MSR >&2; echo qemu-x: gave up >&2; exit 1 | it said: no MSR; gave up",
        "head -c 9999 /dev/urandom | exit code 0"
      })
  void whatEndsAtOnceIsSaidToBeNoQemu(String body, String symptom) throws Exception {
    assertNoQemu(PATIENT, body, symptom);
  }

  private void assertNoQemu(Duration limit, String body, String symptom) throws IOException {
    Path binary = script("not-qemu", body);

    assertThatThrownBy(() -> finder(limit, binary).find())
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(binary.toString())
        .hasMessageContaining(symptom)
        .hasMessageContaining("Install qemu-system-x86");
  }

  @Test
  void binariesThatCannotBeRunAreNamedWithTheReason() throws Exception {
    Path plain = Files.writeString(directory.resolve("plain"), "");
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> finder(PATIENT, plain, missing, directory).find())
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining(plain + " as QEMU: it is not executable")
        .hasMessageContaining(missing + " as QEMU: there is no such file")
        .hasMessageContaining(directory + " as QEMU: it is not a file");
  }

  @Test
  void aSearchPathWithoutQemuIsSaidToHaveNone() {
    QemuFinder finder =
        new QemuFinder(List.of(), directory + ":relative:", new QemuProbe(PATIENT), cache());

    assertThatThrownBy(finder::find)
        .isInstanceOf(HostFailureException.class)
        .hasMessageContaining("no qemu-system-x86_64 on the search path")
        .hasMessageContaining(directory.toString());
  }

  private QemuFinder finder(Duration limit, Path... binaries) {
    return new QemuFinder(List.of(binaries), "", new QemuProbe(limit), cache());
  }

  private HostCache cache() {
    return new HostCache(directory.resolve("cache"));
  }

  private Path script(String name, String body) throws IOException {
    return Scripts.write(directory.resolve(name), body);
  }
}
