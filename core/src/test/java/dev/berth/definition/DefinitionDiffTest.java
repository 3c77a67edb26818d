package dev.berth.definition;

import static dev.berth.definition.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DefinitionDiffTest {

  @Test
  void changedKeysComeInTheOrderOfTheReference() {
    DomainDefinition before = read("name: a\ndisks: [{name: root, file: a, format: raw}]");
    DomainDefinition after =
        read("name: a\ncpu: max\nmemory: 1GiB\ndisks: [{name: root, file: b, format: raw}]");

    assertThat(DefinitionDiff.changedKeys(before, after)).containsExactly("memory", "cpu", "disks");
  }

  @Test
  void equalDefinitionsHaveNoChangedKeys() {
    assertThat(DefinitionDiff.changedKeys(read("name: a"), read("{name: a, memory: 512MiB}")))
        .isEmpty();
  }

  @Test
  void differentDefinitionsHaveChangedKeys() {
    RandomDefinitions definitions = new RandomDefinitions(5);
    for (int i = 0; i < 1000; i++) {
      DomainDefinition one = definitions.next();
      DomainDefinition other = definitions.next();

      assertThat(DefinitionDiff.changedKeys(one, other).isEmpty()).isEqualTo(one.equals(other));
    }
  }
}
