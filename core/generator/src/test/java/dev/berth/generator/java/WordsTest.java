package dev.berth.generator.java;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Facts and words belong together. */
final class WordsTest {
  private static final Path QAPI = Path.of("../src/main/qapi");

  @Test
  void everyDefinitionHasASentence() throws IOException {
    Words words = Words.read(QAPI.resolve("words"));

    assertThat(FactFiles.read(QAPI.resolve("facts")))
        .allSatisfy(
            definition -> assertThat(words.about(definition)).as(definition.name()).isPresent());
  }

  @Test
  void noWordsAreAboutWhatIsNotThere() throws IOException {
    Set<String> known = new HashSet<>();
    for (Definition definition : FactFiles.read(QAPI.resolve("facts"))) {
      String name = definition.module() + " " + definition.name() + " ";
      known.add(name + "is");
      definition.members().keySet().forEach(member -> known.add(name + member));
      definition.branches().keySet().forEach(branch -> known.add(name + branch));
    }
    Set<String> unknown = new TreeSet<>();
    Words.read(QAPI.resolve("words")).modules().forEach((m, w) -> collect(m, w, unknown));
    unknown.removeAll(known);

    assertThat(unknown).isEmpty();
  }

  private static void collect(String module, JsonNode words, Set<String> names) {
    for (Map.Entry<String, JsonNode> entry : words.properties()) {
      entry
          .getValue()
          .fieldNames()
          .forEachRemaining(item -> names.add(module + " " + entry.getKey() + " " + item));
    }
  }
}
