package dev.berth.docs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between core's packages. A new package needs a line in {@link #MAY_USE}. */
final class CorePackagesTest {
  private static final String ENGINE = "dev.berth.engine";

  /** Those who take a domain's machine from one stage to the next, and so know each other. */
  private static final Set<String> STAGES =
      Set.of(
          "Adoption",
          "AgentFollower",
          "Fdsets",
          "MachineKeeper",
          "ManagedSaves",
          "QemuEvents",
          "Reaper",
          "Recovery",
          "Restarts",
          "RunStateFollower",
          "ShareFollower",
          "ShutdownRequests",
          "Starts");

  /** So many classes may belong together. */
  private static final int FEW = 4;

  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("error", Set.of()),
          Map.entry("doctor", Set.of()),
          Map.entry("screen", Set.of()),
          Map.entry("json", Set.of("error")),
          Map.entry("backup", Set.of("domain", "error", "image", "job", "json")),
          Map.entry("socket", Set.of()),
          Map.entry("tls", Set.of("error")),
          Map.entry("nbd", Set.of("error")),
          Map.entry("subscription", Set.of("domain", "error", "host")),
          Map.entry("domain", Set.of("error")),
          Map.entry("definition", Set.of("domain", "error", "image", "json")),
          Map.entry("job", Set.of("domain", "error", "json")),
          Map.entry("stats", Set.of("domain")),
          Map.entry("image", Set.of("domain", "error", "job")),
          Map.entry(
              "host",
              Set.of(
                  "backup",
                  "definition",
                  "domain",
                  "error",
                  "image",
                  "job",
                  "json",
                  "control",
                  "stats",
                  "tls")),
          Map.entry("qmp", Set.of("error", "json")),
          Map.entry("guest", Set.of("error", "host", "json", "qmp", "socket")),
          Map.entry("qapi", Set.of("error", "json", "qmp")),
          Map.entry("schema", Set.of("definition", "error", "json", "qapi", "qmp")),
          Map.entry(
              "machine",
              Set.of("definition", "domain", "error", "json", "qapi", "qmp", "schema", "stats")),
          Map.entry("migration", Set.of("domain", "error", "image", "job", "json", "machine")),
          Map.entry("store", Set.of("definition", "domain", "error", "image", "json", "machine")),
          Map.entry(
              "control",
              Set.of(
                  "backup",
                  "definition",
                  "domain",
                  "error",
                  "host",
                  "image",
                  "job",
                  "json",
                  "migration",
                  "socket",
                  "stats",
                  "subscription",
                  "tls")),
          Map.entry(
              "engine",
              Set.of(
                  "backup",
                  "definition",
                  "domain",
                  "error",
                  "guest",
                  "host",
                  "image",
                  "job",
                  "json",
                  "machine",
                  "nbd",
                  "migration",
                  "qapi",
                  "qmp",
                  "schema",
                  "screen",
                  "socket",
                  "stats",
                  "store",
                  "subscription",
                  "tls")));

  @Test
  void everyPackageHasItsArrows() {
    assertThat(BerthClasses.corePackages()).isSubsetOf(MAY_USE.keySet());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageDependsOnlyOnThoseItsArrowsPointTo(String name) {
    Set<String> forbidden = new TreeSet<>(MAY_USE.keySet());
    forbidden.remove(name);
    forbidden.removeAll(MAY_USE.get(name));
    forbidden.remove("api"); // anybody may say what is supported

    noClasses()
        .that()
        .resideInAPackage("dev.berth." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            forbidden.stream().map(other -> "dev.berth." + other + "..").toArray(String[]::new))
        .check(BerthClasses.all());
  }

  @Test
  void packagesFormNoCycleSaveThatAHostConnectsByTheControlProtocol() {
    slices()
        .matching("dev.berth.(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(
            resideInAPackage("dev.berth.host"), resideInAPackage("dev.berth.control.."))
        .check(BerthClasses.all());
  }

  /** What they decide and write is there without a driver, and so is tested without one. */
  @Test
  void noPartOfTheEngineKnowsItsDrivers() {
    noClasses()
        .that()
        .resideInAPackage(ENGINE + ".*..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ENGINE)
        .check(BerthClasses.all());
  }

  @Test
  void partsOfTheEngineFormNoCycle() {
    slices().matching(ENGINE + ".(*)..").should().beFreeOfCycles().check(BerthClasses.all());
  }

  /** What is done with a machine stands on its stages, one thing beside the other. */
  @Test
  void driversOfTheEngineFormNoCycleButThatOfAMachinesStages() {
    assertThat(ClassCycles.of(ENGINE)).filteredOn(it -> it.size() > FEW).containsExactly(STAGES);
  }

  @Test
  void aMachinesStagesKnowNoKindOfJob() {
    noClasses()
        .that()
        .haveNameMatching(ENGINE + "\\.(" + String.join("|", STAGES) + ")(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ENGINE + ".JobWork")
        .check(BerthClasses.all());
  }

  static Stream<String> packages() {
    return BerthClasses.corePackages().stream();
  }
}
