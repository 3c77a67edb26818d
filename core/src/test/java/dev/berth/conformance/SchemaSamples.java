package dev.berth.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Arguments made by a version's schema: all members that there are, and one sample for each form
 * that a union, an alternate or an enumeration can take at the outermost levels.
 */
final class SchemaSamples {
  /** Types contain each other: below this depth, what is optional is left out, and forms end. */
  private static final int DEPTH = 3;

  /** Below this depth one form of each type is enough. */
  private static final int FORMS = 1;

  private final QmpSchema schema;
  private final Map<String, List<JsonNode>> made = new HashMap<>();

  SchemaSamples(QmpSchema schema) {
    this.schema = schema;
  }

  /** Samples of the arguments of that command; one without members for a command without. */
  List<ObjectNode> of(String command) {
    Structure arguments = schema.command(command).orElseThrow().arguments().orElseThrow();
    return objects(arguments, 0).stream().map(ObjectNode.class::cast).toList();
  }

  private List<JsonNode> values(String type, int depth) {
    String key = type + " " + depth;
    List<JsonNode> known = made.get(key);
    if (known == null) {
      List<JsonNode> all = all(type, depth);
      known = depth > FORMS ? all.subList(0, 1) : all;
      made.put(key, known);
    }
    return known;
  }

  private List<JsonNode> all(String type, int depth) {
    SchemaType of = schema.type(type);
    if (of instanceof Builtin builtin) {
      return List.of(builtin(builtin));
    } else if (of instanceof Enumeration words) {
      Set<String> sorted = new TreeSet<>(words.values());
      return sorted.stream()
          .limit(depth > FORMS ? 1 : Long.MAX_VALUE)
          .map(SchemaSamples::text)
          .toList();
    } else if (of instanceof Sequence array) {
      return depth > DEPTH
          ? List.of(Json.array())
          : List.of(Json.array().addAll(values(array.element(), depth)));
    } else if (of instanceof Alternate alternate) {
      return alternate(alternate, depth);
    }
    return objects((Structure) of, depth);
  }

  private List<JsonNode> alternate(Alternate alternate, int depth) {
    List<JsonNode> values = new ArrayList<>();
    for (String branch : alternate.branches()) {
      boolean deep = depth > DEPTH && schema.type(branch) instanceof Structure;
      if (!deep) {
        values.addAll(values(branch, depth + 1));
      }
    }
    return values.isEmpty() ? values(alternate.branches().get(0), depth + 1) : values;
  }

  private List<JsonNode> objects(Structure type, int depth) {
    if (type.tag().isEmpty()) {
      return filled(type, Json.object(), depth);
    }
    List<JsonNode> all = new ArrayList<>();
    Member tag = type.members().get(type.tag().get());
    for (JsonNode word : values(tag.type(), depth)) {
      ObjectNode tagged = Json.object();
      tagged.set(tag.name(), word);
      for (JsonNode base : filled(type, tagged, depth)) {
        String variant = type.variants().get(word.textValue());
        if (variant == null) {
          all.add(base);
        } else {
          all.addAll(filled((Structure) schema.type(variant), (ObjectNode) base, depth));
        }
      }
    }
    return all;
  }

  /**
   * That object with all further members: the first sample has the first form of each, the second
   * the second, until each form was there.
   */
  private List<JsonNode> filled(Structure type, ObjectNode begun, int depth) {
    List<JsonNode> samples = new ArrayList<>();
    int most = 1;
    for (int form = 0; form < most; form++) {
      ObjectNode sample = begun.deepCopy();
      for (Member member : type.members().values()) {
        boolean left = member.optional() && depth > DEPTH;
        if (!left && !sample.has(member.name())) {
          List<JsonNode> values = values(member.type(), depth + 1);
          most = Math.max(most, depth > 1 ? 1 : values.size());
          sample.set(member.name(), values.get(Math.min(form, values.size() - 1)));
        }
      }
      samples.add(sample);
    }
    return samples;
  }

  private static JsonNode builtin(Builtin type) {
    return switch (type) {
      case STRING -> text("text");
      case INTEGER -> LongNode.valueOf(7);
      case NUMBER -> DoubleNode.valueOf(0.5);
      case BOOLEAN -> BooleanNode.TRUE;
      case NULL -> NullNode.getInstance();
      case ANY -> text("anything");
    };
  }

  private static JsonNode text(String text) {
    return TextNode.valueOf(text);
  }
}
