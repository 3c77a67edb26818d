package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.berth.definition.BadDefinitions.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DefinitionSchemaTest {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Schema SCHEMA =
      REGISTRY.getSchema(DefinitionSchema.json(), InputFormat.JSON);

  static Iterable<Sample> badDefinitions() throws IOException {
    return BadDefinitions.all();
  }

  static List<Path> examples() throws IOException {
    return Examples.all();
  }

  @Test
  void thePublishedSchemaIsThatOfTheCode() throws IOException {
    GoldenFile.check("docs/definition.schema.json", DefinitionSchema.json());
  }

  @Test
  void theSchemaIsItselfValid() throws IOException {
    try (InputStream metaSchema = Schema.class.getResourceAsStream("/draft/2020-12/schema")) {
      assertThat(metaSchema).isNotNull();
      JsonNode schema = new JsonMapper().readTree(DefinitionSchema.json());
      assertThat(REGISTRY.getSchema(metaSchema, InputFormat.JSON).validate(schema)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("badDefinitions")
  void theSchemaRefusesWhatTheReaderRefuses(Sample sample) {
    Node document;
    try {
      document = DocumentParser.parse(sample.text());
    } catch (UnreadableDocumentException noDocument) {
      return; // no validator gets to see it either
    }

    List<Error> errors = SCHEMA.validate(PlainJson.of(document));

    assertThat(errors.isEmpty()).as("%s", errors).isEqualTo(sample.isBeyondSchema());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void theSchemaAcceptsTheExamples(Path example) throws Exception {
    Node document = DocumentParser.parse(Files.readString(example));

    assertThat(SCHEMA.validate(PlainJson.of(document))).isEmpty();
  }

  @Test
  void theSchemaAcceptsWhatTheWriterWrites() {
    RandomDefinitions definitions = new RandomDefinitions(4);
    for (int i = 0; i < 500; i++) {
      JsonNode tree = DefinitionWriter.tree(definitions.next());
      assertThat(SCHEMA.validate(tree)).as("%s", tree).isEmpty();
    }
  }
}
