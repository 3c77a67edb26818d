package dev.berth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** House rules that hold for every package and class. */
final class NamesTest {
  private static final Pattern EMPTY_WORDS =
      Pattern.compile(".*(Utils?|Helper|Manager|Impl)|(Real|Abstract)[A-Z].*");
  private static final Pattern LAYERS =
      Pattern.compile(".*\\.(utils?|common|impl|model|service|dto|helper|manager)(\\..*)?");

  @Test
  void everyPackageIsNullMarked() {
    Set<JavaPackage> packages =
        BerthClasses.all().stream().map(JavaClass::getPackage).collect(Collectors.toSet());

    assertThat(packages)
        .hasSizeGreaterThan(BerthClasses.OUTER_MODULES.size())
        .allMatch(each -> each.isAnnotatedWith(NullMarked.class), "is @NullMarked");
  }

  @Test
  void namesSayWhatAClassIs() {
    List<String> ours =
        BerthClasses.all().stream()
            .filter(type -> !BerthClasses.isGenerated(type))
            .map(JavaClass::getSimpleName)
            .toList();

    assertThat(ours)
        .contains("VmHost", "DomainDefinition")
        .noneMatch(name -> EMPTY_WORDS.matcher(name).matches());
  }

  @Test
  void packagesAreConceptsNotLayers() {
    assertThat(BerthClasses.all())
        .extracting(JavaClass::getPackageName)
        .noneMatch(name -> LAYERS.matcher(name).matches());
  }
}
