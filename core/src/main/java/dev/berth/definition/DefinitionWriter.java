package dev.berth.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator.Feature;
import java.io.UncheckedIOException;

/**
 * Writes definitions in their canonical form: every key that has a value, defaults included, in the
 * order of the reference, labels sorted. What it writes reads back as an equal definition.
 */
public final class DefinitionWriter {
  private static final ObjectMapper JSON = new JsonMapper();
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(Feature.WRITE_DOC_START_MARKER)
              .disable(Feature.SPLIT_LINES)
              .enable(Feature.MINIMIZE_QUOTES)
              .enable(Feature.INDENT_ARRAYS_WITH_INDICATOR)
              .stringQuotingChecker(new PlainScalars())
              .build());

  private DefinitionWriter() {}

  /** The definition as JSON on one line. */
  public static String json(DomainDefinition definition) {
    return text(JSON, definition);
  }

  /** The definition as YAML for people. */
  public static String yaml(DomainDefinition definition) {
    return text(YAML, definition);
  }

  /** The definition as a JSON tree, which the caller may change. */
  public static ObjectNode tree(DomainDefinition definition) {
    return (ObjectNode) DomainSection.SECTION.write(definition);
  }

  private static String text(ObjectMapper mapper, DomainDefinition definition) {
    try {
      return mapper.writeValueAsString(tree(definition));
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
  }
}
