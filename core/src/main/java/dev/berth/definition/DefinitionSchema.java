package dev.berth.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/**
 * The JSON Schema (draft 2020-12) of definitions, for editors and other tools. It accepts what
 * {@link DefinitionReader} accepts, and refuses most of what that refuses; ranges of sizes and
 * uniqueness of names are beyond a schema.
 */
public final class DefinitionSchema {
  private static final ObjectMapper JSON = new JsonMapper();

  private DefinitionSchema() {}

  /** The schema as indented JSON with a line end. */
  public static String json() {
    ObjectNode schema =
        JsonNodeFactory.instance
            .objectNode()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("$id", "urn:berth:definition")
            .put("title", "Berth domain definition");
    schema.setAll(DomainSection.SECTION.schema());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
  }
}
