package dev.berth.docs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A library is a guest in its JVM: it leaves nothing there, and changes nothing for others. */
final class GuestsOfAJvmTest {
  /** All but the command line, which is a process of its own. */
  private static final JavaClasses LIBRARY =
      BerthClasses.all().that(resideOutsideOfPackage("dev.berth.cli.."));

  @Test
  void staticsDoNotChange() {
    fields().that().areStatic().should().beFinal().check(LIBRARY);
    noFields()
        .that()
        .areStatic()
        .should()
        .haveRawType(
            resideInAnyPackage("java.util.concurrent.atomic", "java.util.concurrent.locks")
                .or(isMutable()))
        .check(LIBRARY);
  }

  @Test
  void nothingIsChangedForTheWholeJvm() {
    noClasses()
        .should()
        .callMethod(System.class, "setProperty", String.class, String.class)
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(
            Thread.class,
            "setDefaultUncaughtExceptionHandler",
            Thread.UncaughtExceptionHandler.class)
        .check(LIBRARY);
  }

  @Test
  void signalsAreTheProgramsOwn() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("(sun|jdk\\.internal)\\.misc\\.Signal.*")
        .check(LIBRARY);
  }

  @Test
  void onlyADaemonThatIsAskedToHooksIntoTheEndOfTheJvm() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.berth.config.Daemon")
        .should()
        .callMethod(Runtime.class, "addShutdownHook", Thread.class)
        .check(LIBRARY);
  }

  private static DescribedPredicate<JavaClass> isMutable() {
    return DescribedPredicate.describe(
        "is a mutable collection or bound to threads",
        type ->
            type.isAssignableTo(ThreadLocal.class)
                || !type.isInterface()
                    && List.of(Collection.class, Map.class).stream()
                        .anyMatch(type::isAssignableTo));
  }
}
