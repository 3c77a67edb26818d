package dev.berth.generator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.generator.fact.FactFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The facts say of each version what that version says of itself: nothing is missing, nothing
 * invented, and types and what is optional are equal as far as introspection tells.
 */
final class FactsMatchSchemasTest {
  private static final Path SCHEMAS = Path.of("../src/test/resources/dev/berth/qapi/schema");

  @ParameterizedTest
  @CsvSource({"5.2, 5.2.0", "7.2, 7.2.22", "10.0, 10.0.13", "11.1, 11.1.3"})
  void everyVersionIsDescribedAsItDescribesItself(String version, String release)
      throws IOException {
    Path schema = SCHEMAS.resolve("query-qmp-schema-" + release + ".json.gz");
    var facts = FactFiles.read(Path.of("../src/main/qapi/facts"));

    assertThat(SchemaComparison.of(version, facts, schema).differences()).isEmpty();
  }
}
