package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DefinitionDefaultsTest {

  @Test
  void theDefaultsAreTheDefinitionOfADomainWithNothingButItsName() {
    assertThat(Documents.read(DefinitionDefaults.yaml())).isEqualTo(Documents.read("name: web-1"));
  }

  @Test
  void everyKeyIsThereWithItsMeaning() {
    String words = DefinitionDefaults.yaml().replaceAll("\\s*\n#?\\s*", " ");

    assertAllIn(words, DomainSection.SECTION);
    assertAllIn(words, DiskSection.SECTION);
    assertAllIn(words, NicSection.SECTION);
    assertAllIn(words, ForwardSection.SECTION);
    assertAllIn(words, BootSection.SECTION);
  }

  @Test
  void noLineIsLongerThanATerminalShows() {
    assertThat(DefinitionDefaults.yaml().lines()).allMatch(line -> line.length() <= 120);
  }

  private static void assertAllIn(String words, Section<?> section) {
    for (Key<?, ?> key : section.keys()) {
      assertThat(words).contains(key.name() + ":", key.meaning());
    }
  }
}
