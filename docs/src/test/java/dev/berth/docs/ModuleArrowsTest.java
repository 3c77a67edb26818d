package dev.berth.docs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The arrows between modules:
 *
 * <pre>
 * cli ──► core ◄── launcher
 *  │       ▲◄──── storage
 *  └► config ─► core, launcher, storage
 * </pre>
 */
final class ModuleArrowsTest {
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "launcher", Set.of(),
          "storage", Set.of(),
          "config", Set.of("launcher", "storage"),
          "cli", Set.of("config"));

  @Test
  void everyModuleIsSeen() {
    for (String module : BerthClasses.OUTER_MODULES) {
      assertThat(BerthClasses.all())
          .as("classes of %s", module)
          .anyMatch(type -> type.getPackageName().startsWith("dev.berth." + module));
    }
    assertThat(BerthClasses.corePackages()).contains("host", "domain", "engine", "qmp", "store");
  }

  @Test
  void coreDependsOnNoOtherModule() {
    noClasses()
        .that()
        .resideOutsideOfPackages(packagesOf(BerthClasses.OUTER_MODULES))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packagesOf(BerthClasses.OUTER_MODULES))
        .check(BerthClasses.all());
  }

  @ParameterizedTest
  @ValueSource(strings = {"launcher", "storage", "config", "cli"})
  void aModuleDependsOnlyOnCoreAndTheModulesItsArrowsPointTo(String module) {
    List<String> forbidden = new ArrayList<>(BerthClasses.OUTER_MODULES);
    forbidden.remove(module);
    forbidden.removeAll(MAY_USE.get(module));

    noClasses()
        .that()
        .resideInAPackage("dev.berth." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packagesOf(forbidden))
        .check(BerthClasses.all());
  }

  @ParameterizedTest
  @CsvSource({
    "dagger, config, dagger.Component",
    "org.h2, storage, org.h2.Driver",
    "java.sql, storage, java.sql.Connection",
    "com.sun.jna, launcher control storage, com.sun.jna.Native",
    "picocli, cli, picocli.CommandLine",
  })
  void aLibraryIsUsedOnlyWhereItBelongs(String library, String places, String sample)
      throws ClassNotFoundException {
    assertThat(Class.forName(sample).getPackageName()).isEqualTo(library);

    noClasses()
        .that()
        .resideOutsideOfPackages(packagesOf(List.of(places.split(" "))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library + "..")
        .check(BerthClasses.all());
  }

  private static String[] packagesOf(List<String> modules) {
    return modules.stream().map(module -> "dev.berth." + module + "..").toArray(String[]::new);
  }
}
