package dev.berth.docs;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The main classes of all modules, without tests and fixtures, for the architecture tests. */
final class BerthClasses {
  static final List<String> OUTER_MODULES = List.of("launcher", "storage", "config", "cli");

  private static final ImportOption NO_FIXTURES = location -> !location.contains("-tests.jar");

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOptions(List.of(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS, NO_FIXTURES))
          .importPackages("dev.berth");

  private BerthClasses() {}

  static JavaClasses all() {
    return ALL;
  }

  /** The packages right below {@code dev.berth} that belong to core: all but the other modules'. */
  static Set<String> corePackages() {
    Set<String> names = new TreeSet<>();
    for (JavaClass each : ALL) {
      names.add(each.getPackageName().split("\\.")[2]);
    }
    OUTER_MODULES.forEach(names::remove);
    return names;
  }

  /** True for what Dagger writes, and for the model of QMP: these names are not our choice. */
  static boolean isGenerated(JavaClass type) {
    Optional<JavaClass> owner = type.getEnclosingClass();
    return type.isAnnotatedWith("dagger.internal.DaggerGenerated")
        || type.getPackageName().startsWith("dev.berth.qapi.")
        || (owner.isPresent() && isGenerated(owner.get()));
  }
}
