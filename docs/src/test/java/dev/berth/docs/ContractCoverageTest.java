package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.berth.host.VmHost;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The contract of hosts is about all that {@link VmHost} says. */
final class ContractCoverageTest {
  private static final Path SOURCE =
      Path.of("..", "core", "src", "main", "java", "dev", "berth", "host", "VmHost.java");
  private static final Pattern THROWS = Pattern.compile("@throws (dev\\.berth\\.error\\.\\w+)");

  /** Only where a host is connected to, which no contract does. */
  private static final Set<String> OF_CONNECTING =
      Set.of("dev.berth.error.UnsupportedException", "dev.berth.error.AccessDeniedException");

  private static final JavaClasses CONTRACT =
      new ClassFileImporter().importPackages("dev.berth.testing.contract");

  @Test
  void theContractCallsEveryMethod() {
    Set<String> called =
        CONTRACT.stream()
            .flatMap(type -> type.getMethodCallsFromSelf().stream())
            .filter(call -> call.getTargetOwner().isAssignableTo(VmHost.class))
            .map(call -> call.getTarget().getName())
            .collect(Collectors.toSet());

    assertThat(called)
        .containsAll(
            Arrays.stream(VmHost.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .map(Method::getName)
                .toList());
  }

  @Test
  void theContractExpectsEveryErrorThatIsDocumented() throws IOException {
    Set<String> documented =
        THROWS
            .matcher(Files.readString(SOURCE))
            .results()
            .map(found -> found.group(1))
            .filter(error -> !OF_CONNECTING.contains(error))
            .collect(Collectors.toSet());
    Set<String> expected =
        CONTRACT.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(Dependency::getTargetClass)
            .map(JavaClass::getName)
            .collect(Collectors.toSet());

    assertThat(documented).hasSizeGreaterThan(8);
    assertThat(expected).containsAll(documented);
  }
}
