package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExamplesTest {

  static List<Path> examples() throws IOException {
    return Examples.all();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsADefinition(Path file) throws IOException {
    DomainDefinition definition =
        DefinitionReader.read(
            new DefinitionDocument(
                Files.readString(file), file.getFileName().toString(), file.getParent()));

    assertThat(file.getFileName()).hasToString(definition.name() + ".yaml");
  }

  @Test
  void thereAreExamples() throws IOException {
    assertThat(Examples.all()).isNotEmpty();
  }
}
