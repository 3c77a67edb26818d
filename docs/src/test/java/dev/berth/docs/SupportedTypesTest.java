package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import dev.berth.api.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@link Api} promises of the types that have it. */
final class SupportedTypesTest {

  @Test
  void signaturesOfSupportedTypesMentionTheJdkAndSupportedTypesOnly() {
    List<String> foreign = new ArrayList<>();
    for (JavaClass type : SupportedTypes.all()) {
      mentioned(type)
          .flatMap(mention -> mention.getAllInvolvedRawTypes().stream())
          .map(JavaClass::getBaseComponentType)
          .filter(other -> !isAllowed(other))
          .forEach(other -> foreign.add(type.getName() + " mentions " + other.getName()));
    }

    assertThat(foreign).isEmpty();
  }

  @Test
  void theWayInIsSupported() {
    assertThat(SupportedTypes.all())
        .extracting(JavaClass::getSimpleName)
        .contains("VmHost", "Berth", "HostSettings", "DomainSnapshot", "EventBody", "Problem");
  }

  @Test
  void everyErrorAndEverythingOfTheHostPackageIsSupported() {
    assertThat(BerthClasses.all())
        .filteredOn(
            type ->
                Set.of("dev.berth.host", "dev.berth.error").contains(type.getPackageName())
                    && type.getModifiers().contains(JavaModifier.PUBLIC))
        .allMatch(SupportedTypes::contain);
  }

  private static boolean isAllowed(JavaClass type) {
    return type.isPrimitive() || type.getName().startsWith("java.") || SupportedTypes.contain(type);
  }

  private static Stream<JavaType> mentioned(JavaClass type) {
    Stream<JavaType> above =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
    Stream<JavaType> fields =
        type.getFields().stream()
            .filter(field -> isVisible(field.getModifiers()))
            .map(JavaField::getType);
    Stream<JavaType> calls =
        type.getCodeUnits().stream()
            .filter(unit -> isVisible(unit.getModifiers()))
            .flatMap(SupportedTypesTest::mentioned);
    return Stream.of(above, fields, calls).flatMap(each -> each);
  }

  private static Stream<JavaType> mentioned(JavaCodeUnit unit) {
    return Stream.concat(
        Stream.of(unit.getReturnType()),
        Stream.concat(unit.getParameterTypes().stream(), unit.getExceptionTypes().stream()));
  }

  private static boolean isVisible(Set<JavaModifier> modifiers) {
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }
}
