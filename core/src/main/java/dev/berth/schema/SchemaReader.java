package dev.berth.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.schema.SchemaType.Alternate;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Member;
import dev.berth.schema.SchemaType.Sequence;
import dev.berth.schema.SchemaType.Structure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes an index from the reply to {@code query-qmp-schema}. Every name that the schema uses must
 * be one that it has: whoever walks the index need not expect anything else.
 */
final class SchemaReader {
  /** Deepest chain of unions whose branches are unions. QEMU has two. */
  static final int MAX_UNION_DEPTH = 8;

  /**
   * QEMU checks the arguments of these commands itself, outside of QAPI, and its schema names some
   * of them only: device properties, and those of objects before 6.0.
   */
  private static final Set<String> OPEN = Set.of("device_add", "object-add");

  private final String version;
  private final JsonNode reply;
  private final Map<String, SchemaType> types = new HashMap<>();
  private final List<JsonNode> commandNodes = new ArrayList<>();
  private final List<JsonNode> eventNodes = new ArrayList<>();

  SchemaReader(String version, JsonNode reply) {
    this.version = version;
    this.reply = reply;
  }

  QmpSchema read() {
    for (JsonNode entity : Json.elements(reply)) {
      String name = Json.text(entity, "name");
      switch (Json.text(entity, "meta-type")) {
        case "command" -> commandNodes.add(entity);
        case "event" -> eventNodes.add(entity);
        case "builtin" -> types.put(name, builtin(Json.text(entity, "json-type")));
        case "enum" -> types.put(name, enumeration(entity));
        case "array" -> types.put(name, new Sequence(Json.text(entity, "element-type")));
        case "alternate" -> types.put(name, alternate(entity));
        case "object" -> types.put(name, structure(entity));
        default -> types.put(name, Builtin.ANY);
      }
    }
    types.forEach(this::checkReferences);
    Map<String, SchemaCommand> commands = new TreeMap<>();
    commandNodes.forEach(node -> commands.put(Json.text(node, "name"), command(node)));
    Map<String, Structure> events = new TreeMap<>();
    eventNodes.forEach(node -> events.put(Json.text(node, "name"), structure(node, "arg-type")));
    return new QmpSchema(version, Json.text(reply), hashed(commands), hashed(events), types);
  }

  static Map<String, SchemaCommand> namesOnly(Collection<String> names) {
    Map<String, SchemaCommand> commands = new TreeMap<>();
    for (String name : names) {
      commands.put(
          name,
          new SchemaCommand(
              name, Optional.empty(), Optional.empty(), false, Set.of(), Set.of(), true));
    }
    return hashed(commands);
  }

  /** In the order of names, and found in constant time. */
  private static <V> Map<String, V> hashed(Map<String, V> sorted) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(sorted));
  }

  private SchemaCommand command(JsonNode node) {
    String name = Json.text(node, "name");
    Structure arguments = structure(node, "arg-type");
    String returns = Json.text(node, "ret-type");
    require(returns, name);
    return new SchemaCommand(
        name,
        Optional.of(arguments),
        Optional.of(returns),
        Json.optionalFlag(node, "allow-oob").orElse(false),
        texts(node, "features"),
        names(arguments),
        OPEN.contains(name) && arguments.tag().isEmpty());
  }

  private Structure structure(JsonNode node, String member) {
    String type = Json.text(node, member);
    if (types.get(type) instanceof Structure structure) {
      return structure;
    }
    throw new MalformedReplyException(
        "'" + Json.text(node, "name") + "' has the arguments '" + type + "', which is no object");
  }

  /** Every member that an object of that type has in one case or another. */
  private Set<String> names(Structure outermost) {
    Set<String> names = new HashSet<>();
    Set<String> seen = new HashSet<>();
    List<Structure> level = List.of(outermost);
    for (int depth = 0; depth < MAX_UNION_DEPTH && !level.isEmpty(); depth++) {
      List<Structure> next = new ArrayList<>();
      for (Structure structure : level) {
        names.addAll(structure.members().keySet());
        for (String variant : structure.variants().values()) {
          if (seen.add(variant) && types.get(variant) instanceof Structure branch) {
            next.add(branch);
          }
        }
      }
      level = next;
    }
    return names;
  }

  private static Builtin builtin(String jsonType) {
    return switch (jsonType) {
      case "string" -> Builtin.STRING;
      case "int" -> Builtin.INTEGER;
      case "number" -> Builtin.NUMBER;
      case "boolean" -> Builtin.BOOLEAN;
      case "null" -> Builtin.NULL;
      default -> Builtin.ANY;
    };
  }

  private static Enumeration enumeration(JsonNode entity) {
    return new Enumeration(Collections.unmodifiableSet(new LinkedHashSet<>(words(entity))));
  }

  /** {@code values} is there in all versions so far; {@code members} (since 6.2) says more. */
  private static List<String> words(JsonNode entity) {
    return entity.has("values")
        ? Json.array(entity, "values").stream().map(JsonNode::asText).toList()
        : Json.array(entity, "members").stream().map(word -> Json.text(word, "name")).toList();
  }

  private static Alternate alternate(JsonNode entity) {
    return new Alternate(
        Json.array(entity, "members").stream().map(branch -> Json.text(branch, "type")).toList());
  }

  private static Structure structure(JsonNode entity) {
    Map<String, Member> members = new LinkedHashMap<>();
    for (JsonNode node : Json.array(entity, "members")) {
      Member member =
          new Member(
              Json.text(node, "name"),
              Json.text(node, "type"),
              node.has("default"),
              texts(node, "features"));
      members.put(member.name(), member);
    }
    Map<String, String> variants = new HashMap<>();
    if (entity.has("variants")) {
      for (JsonNode variant : Json.array(entity, "variants")) {
        variants.put(Json.text(variant, "case"), Json.text(variant, "type"));
      }
    }
    return new Structure(
        Collections.unmodifiableMap(members), Json.optionalText(entity, "tag"), variants);
  }

  private static Set<String> texts(JsonNode node, String member) {
    Set<String> texts = new HashSet<>();
    node.path(member).forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private void checkReferences(String name, SchemaType type) {
    if (type instanceof Sequence sequence) {
      require(sequence.element(), name);
    } else if (type instanceof Alternate alternate) {
      alternate.branches().forEach(branch -> require(branch, name));
    } else if (type instanceof Structure structure) {
      structure.members().values().forEach(member -> require(member.type(), name));
      requireObjects(structure.variants().values(), name);
      if (structure.tag().isPresent() && !structure.members().containsKey(structure.tag().get())) {
        throw new MalformedReplyException("the tag of type '" + name + "' is none of its members");
      }
    }
  }

  private void requireObjects(Collection<String> variants, String of) {
    for (String variant : variants) {
      if (!(types.get(variant) instanceof Structure)) {
        throw new MalformedReplyException(
            "a variant of type '" + of + "' is '" + variant + "', which is no object");
      }
    }
  }

  private void require(String type, String of) {
    if (!types.containsKey(type)) {
      throw new MalformedReplyException(
          "'" + of + "' has the type '" + type + "', which the schema lacks");
    }
  }
}
