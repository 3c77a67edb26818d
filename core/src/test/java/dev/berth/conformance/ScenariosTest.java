package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.testing.LeakCheck;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every scenario: on the QEMU that is installed, and in the full run on each supported one,
 * where what ran must be what is on record. To put it on record anew:
 *
 * <pre>{@code
 * mvn -o -pl core -am test -Dsurefire.failIfNoSpecifiedTests=false -Pfull -Dgolden.refresh=true -Dtest=ScenariosTest
 * mvn -o -pl core -am test -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.refresh=true -Dtest=CoveragePageTest
 * }</pre>
 */
@ExtendWith(LeakCheck.class)
final class ScenariosTest {
  @TempDir Path directory;

  static Stream<Scenario> scenarios() {
    return Scenarios.ALL.stream();
  }

  static Stream<Scenario> shortScenarios() {
    return scenarios().filter(scenario -> !scenario.isLong());
  }

  static Stream<Arguments> scenariosOnEachQemu() {
    return TestQemu.matrix().stream()
        .flatMap(qemu -> scenarios().map(scenario -> Arguments.of(scenario, qemu)));
  }

  @ParameterizedTest
  @MethodSource("shortScenarios")
  void theInstalledQemuSaysNothingThatIsNotRead(Scenario scenario) throws Exception {
    try (LiveQemu live = LiveQemu.start(TestQemu.installed(), directory, scenario)) {
      scenario.run(live);
      assertThat(live.unread()).isEmpty();
    }
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("scenariosOnEachQemu")
  void everySupportedQemuDoesWhatIsOnRecordAndSaysNothingThatIsNotRead(
      Scenario scenario, TestQemu qemu) throws Exception {
    try (LiveQemu live = LiveQemu.start(qemu, directory, scenario)) {
      scenario.run(live);
      assertThat(live.unread()).isEmpty();
      onRecord(scenario, live);
    }
  }

  @Test
  void aJobThatHasFailedIsNotDismissedInSilence() throws Exception {
    try (LiveQemu live = LiveQemu.start(TestQemu.installed(), directory, new Encryption())) {
      Images.raw(live, "small", 0);
      live.tell(
          "blockdev-add",
          "{'driver':'file','node-name':'small','filename':'small','read-only':true}");
      live.tell(
          "blockdev-create",
          "{'job-id':'make','options':{'driver':'qcow2','file':'small','size':1048576}}",
          "JOB_STATUS_CHANGE {'id':'make','status':'concluded'}");

      assertThatThrownBy(() -> live.dismiss("make"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("the error of job 'make'");
    }
  }

  @Test
  void whatIsOnRecordIsOfScenariosThatExist() {
    Set<String> names = scenarios().map(Scenario::name).collect(Collectors.toSet());
    for (String version : RunRecord.VERSIONS) {
      assertThat(RunRecord.of(version)).extracting(Ran::scenario).isSubsetOf(names);
    }
  }

  private static void onRecord(Scenario scenario, LiveQemu live) throws IOException {
    Set<Ran> ran = live.transcript().lines(scenario.name());
    if (Boolean.getBoolean("golden.refresh")) {
      RunRecord.replace(live.version(), scenario.name(), ran);
    } else {
      Set<Ran> record = RunRecord.of(live.version(), scenario.name());
      assertThat(names(ran, Ran.How.SEEN)).isEqualTo(names(record, Ran.How.SEEN));
      assertThat(names(ran, Ran.How.EXECUTED)).containsAll(names(record, Ran.How.EXECUTED));
      // What needs other hardware may succeed where there is that.
      Set<String> known = names(record, Ran.How.EXECUTED);
      known.addAll(names(record, Ran.How.REFUSED));
      assertThat(known).containsAll(names(ran, Ran.How.EXECUTED));
      assertThat(known).containsAll(names(ran, Ran.How.REFUSED));
    }
  }

  private static Set<String> names(Set<Ran> lines, Ran.How how) {
    return lines.stream()
        .filter(ran -> ran.how() == how)
        .map(Ran::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
