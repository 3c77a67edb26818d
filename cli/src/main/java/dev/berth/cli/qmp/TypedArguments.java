package dev.berth.cli.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.json.Json;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaType;
import dev.berth.schema.SchemaType.Alternate;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Sequence;
import dev.berth.schema.SchemaType.Structure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Arguments as they are typed, {@code key=value}, made into what the schema has there: numbers,
 * truth values, arrays. Dots lead into objects and arrays ({@code file.filename=…}, {@code
 * actions.0.type=…}); a value that begins with a bracket is JSON. What fits no type stays as it was
 * typed, for the check to name.
 */
public final class TypedArguments {
  private final QmpSchema schema;

  private TypedArguments(QmpSchema schema) {
    this.schema = schema;
  }

  /** The words as one object of texts, nested by the dots in their keys. */
  public static ObjectNode texts(List<String> words) throws MistypedException {
    ObjectNode all = Json.object();
    for (String word : words) {
      int end = word.indexOf('=');
      if (end < 1) {
        throw new MistypedException("'" + word + "' is neither KEY=VALUE nor a JSON object.");
      }
      put(all, word.substring(0, end), word.substring(end + 1));
    }
    return all;
  }

  private static void put(ObjectNode all, String key, String value) throws MistypedException {
    String[] steps = key.split("\\.", -1);
    ObjectNode into = all;
    for (int i = 0; i < steps.length - 1; i++) {
      JsonNode there = into.get(steps[i]);
      if (there != null && !there.isObject()) {
        throw new MistypedException("'" + key + "' goes on where another argument has a value.");
      }
      into = there == null ? into.putObject(steps[i]) : (ObjectNode) there;
    }
    if (into.replace(steps[steps.length - 1], new TextNode(value)) != null) {
      throw new MistypedException("'" + key + "' is given twice.");
    }
  }

  /** The same with the types that a command of that schema has. */
  public static ObjectNode typed(QmpSchema schema, String command, ObjectNode texts) {
    TypedArguments typed = new TypedArguments(schema);
    return schema
        .command(command)
        .flatMap(known -> known.arguments())
        .map(arguments -> typed.structure(texts, arguments))
        .orElseGet(() -> untyped(texts));
  }

  /** The same without a schema: what is JSON is taken as such. */
  public static ObjectNode untyped(ObjectNode texts) {
    ObjectNode values = Json.object();
    for (Map.Entry<String, JsonNode> each : texts.properties()) {
      values.set(each.getKey(), anything(each.getValue()));
    }
    return values;
  }

  private ObjectNode structure(ObjectNode texts, Structure type) {
    Map<String, Member> members = schema.members(type, texts);
    ObjectNode values = Json.object();
    for (Map.Entry<String, JsonNode> each : texts.properties()) {
      Member member = members.get(each.getKey());
      values.set(
          each.getKey(),
          member == null
              ? anything(each.getValue())
              : value(each.getValue(), schema.type(member.type())));
    }
    return values;
  }

  private JsonNode value(JsonNode typed, SchemaType type) {
    if (typed instanceof ObjectNode nested) {
      return nested(nested, type);
    }
    String text = typed.asText();
    if (text.startsWith("{") || text.startsWith("[")) {
      return json(text, typed);
    }
    if (type instanceof Builtin builtin) {
      return scalar(text, typed, builtin);
    }
    if (type instanceof Sequence sequence) {
      return Json.array().add(value(typed, schema.type(sequence.element())));
    }
    return type instanceof Alternate alternate ? alternate(text, typed, alternate) : typed;
  }

  private static JsonNode scalar(String text, JsonNode typed, Builtin builtin) {
    return switch (builtin) {
      case STRING -> typed;
      case INTEGER, NUMBER -> number(text, typed);
      case BOOLEAN ->
          switch (text) {
            case "true", "on", "yes" -> BooleanNode.TRUE;
            case "false", "off", "no" -> BooleanNode.FALSE;
            default -> typed;
          };
      case NULL -> text.equals("null") ? NullNode.getInstance() : typed;
      case ANY -> anything(typed);
    };
  }

  private JsonNode nested(ObjectNode texts, SchemaType type) {
    if (type instanceof Structure structure) {
      return structure(texts, structure);
    }
    if (type instanceof Sequence sequence) {
      return sequence(texts, schema.type(sequence.element()));
    }
    if (type instanceof Alternate alternate) {
      for (String branch : alternate.branches()) {
        SchemaType each = schema.type(branch);
        if (each instanceof Structure || each instanceof Sequence) {
          return nested(texts, each);
        }
      }
    }
    return untyped(texts);
  }

  /** {@code 0.…}, {@code 1.…} and so on are the elements of an array. */
  private JsonNode sequence(ObjectNode texts, SchemaType element) {
    ArrayNode elements = Json.array();
    for (int i = 0; texts.has(Integer.toString(i)); i++) {
      elements.add(value(texts.get(Integer.toString(i)), element));
    }
    return elements.size() == texts.size() ? elements : untyped(texts);
  }

  /** A word of an enumeration first, then any type that is not just text. */
  private JsonNode alternate(String text, JsonNode typed, Alternate alternate) {
    List<SchemaType> branches = new ArrayList<>();
    alternate.branches().forEach(branch -> branches.add(schema.type(branch)));
    boolean isWord =
        branches.stream()
            .anyMatch(
                branch -> branch instanceof Enumeration words && words.values().contains(text));
    if (isWord) {
      return typed;
    }
    for (SchemaType branch : branches) {
      if (branch instanceof Builtin builtin) {
        JsonNode value = scalar(text, typed, builtin);
        if (!value.isTextual()) {
          return value;
        }
      }
    }
    return typed;
  }

  private static JsonNode number(String text, JsonNode typed) {
    JsonNode value = json(text, typed);
    return value.isNumber() ? value : typed;
  }

  private static JsonNode anything(JsonNode typed) {
    return typed instanceof ObjectNode nested ? untyped(nested) : json(typed.asText(), typed);
  }

  private static JsonNode json(String text, JsonNode otherwise) {
    try {
      return Json.readStrictly(text);
    } catch (IOException noJson) {
      return otherwise;
    }
  }

  /** Words that are no arguments. */
  public static final class MistypedException extends Exception {
    private static final long serialVersionUID = 1;

    MistypedException(String message) {
      super(message);
    }
  }
}
