package dev.berth.generator.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/**
 * The reply of a QEMU to {@code query-qmp-schema}. Its types have numbers for names, members of
 * bases are among an object's own, and all whole numbers are {@code int}.
 */
final class LiveSchema {
  private final Map<String, JsonNode> entities = new LinkedHashMap<>();

  private LiveSchema() {}

  /** Reads a reply that was stored with gzip. */
  static LiveSchema read(Path file) throws IOException {
    var schema = new LiveSchema();
    JsonNode document;
    try (InputStream bytes = new GZIPInputStream(Files.newInputStream(file))) {
      document = new ObjectMapper().readTree(bytes);
    }
    JsonNode list = document.has("return") ? document.get("return") : document;
    list.forEach(entity -> schema.entities.put(text(entity, "name"), entity));
    return schema;
  }

  /** The commands, or the events. */
  List<JsonNode> all(Kind kind) {
    return entities.values().stream()
        .filter(entity -> text(entity, "meta-type").equals(kind.word()))
        .toList();
  }

  /** The type of that number. */
  JsonNode type(String id) {
    JsonNode entity = entities.get(id);
    if (entity == null) {
      throw new IllegalArgumentException("the schema has no type " + id);
    }
    return entity;
  }

  /** Whether that type is an object without any member. */
  boolean isEmpty(String id) {
    JsonNode type = type(id);
    return text(type, "meta-type").equals("object")
        && type.path("members").isEmpty()
        && !type.has("variants");
  }

  /** The names of an enumeration's values, each with its features. */
  static Stream<JsonNode> values(JsonNode enumeration) {
    return stream(enumeration.path("members"));
  }

  /** The element type of an array, or the type itself. */
  JsonNode element(String id) {
    JsonNode type = type(id);
    return type.has("element-type") ? type(text(type, "element-type")) : type;
  }

  /** Whether that type is an array. */
  boolean isArray(String id) {
    return type(id).has("element-type");
  }

  static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  static String text(JsonNode node, String member) {
    return node.path(member).asText();
  }

  /** What JSON a value of this type is: {@code string}, {@code object}, {@code array} and so on. */
  String json(JsonNode type) {
    return switch (text(type, "meta-type")) {
      case "builtin" -> text(type, "json-type");
      case "enum" -> "string";
      default -> text(type, "meta-type");
    };
  }

  /** The same for a builtin type of the sources. */
  static String json(TypeName type) {
    return switch (type.name()) {
      case "str" -> "string";
      case "bool" -> "boolean";
      case "number" -> "number";
      case "null" -> "null";
      case "any" -> "value";
      default -> "int";
    };
  }
}
