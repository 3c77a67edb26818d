package dev.berth.generator.schema;

import static dev.berth.generator.schema.LiveSchema.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One version's facts beside what that version says of itself, from the commands and events down:
 * names, types, what is optional, what is allowed out of band. Thread-confined.
 */
public final class SchemaComparison {
  private final String version;
  private final Map<String, Definition> facts;
  private final LiveSchema live;
  private final Set<List<String>> compared = new HashSet<>();
  private final List<String> differences = new ArrayList<>();

  private SchemaComparison(String version, Map<String, Definition> facts, LiveSchema live) {
    this.version = version;
    this.facts = facts;
    this.live = live;
  }

  /**
   * A comparison for one version.
   *
   * @param version as the facts name it, e.g. {@code 7.2}
   * @param schema the compressed reply to its {@code query-qmp-schema}
   */
  public static SchemaComparison of(String version, Collection<Definition> facts, Path schema)
      throws IOException {
    var named = new LinkedHashMap<String, Definition>();
    for (Definition definition : facts) {
      if (!definition.module().equals(FactFiles.GUEST_AGENT)) {
        named.put(definition.name(), definition);
      }
    }
    return new SchemaComparison(version, named, LiveSchema.read(schema));
  }

  /** All that differs, in commands and events that one of both lacks, too. */
  public List<String> differences() {
    forget();
    for (Kind kind : List.of(Kind.COMMAND, Kind.EVENT)) {
      Map<String, JsonNode> named = new LinkedHashMap<>();
      live.all(kind).forEach(entity -> named.put(text(entity, "name"), entity));
      Map<String, Definition> expected = new LinkedHashMap<>();
      facts.values().stream()
          .filter(d -> d.kind() == kind && d.history().in().contains(version))
          .forEach(d -> expected.put(d.name(), d));
      sameNames(kind.word(), named.keySet(), expected.keySet(), optionalNames(expected));
      expected.forEach(
          (name, definition) ->
              Optional.ofNullable(named.get(name)).ifPresent(e -> message(definition, e)));
    }
    return List.copyOf(differences);
  }

  /** What differs in a command or an event of this version, to its innermost member. */
  public List<String> differences(Definition message) {
    forget();
    live.all(message.kind()).stream()
        .filter(entity -> text(entity, "name").equals(message.name()))
        .findFirst()
        .ifPresentOrElse(
            entity -> message(message, entity),
            () -> differences.add("there is no " + message.name()));
    return List.copyOf(differences);
  }

  private void forget() {
    compared.clear();
    differences.clear();
  }

  private void message(Definition definition, JsonNode entity) {
    String name = definition.name();
    boolean oob = entity.path("allow-oob").asBoolean();
    if (definition.history().flags().getOrDefault("allow-oob", Set.of()).contains(version) != oob) {
      differences.add(name + ": allowed out of band");
    }
    structure(definition, text(entity, "arg-type"));
    if (definition.returns().isPresent()) {
      type(name, definition.returns().get(), text(entity, "ret-type"));
    } else if (entity.has("ret-type") && !live.isEmpty(text(entity, "ret-type"))) {
      differences.add(name + " returns something");
    }
  }

  private void structure(Definition definition, String id) {
    if (!compared.add(List.of(definition.name(), id))) {
      return;
    }
    JsonNode object = live.type(id);
    Map<String, JsonNode> members = new LinkedHashMap<>();
    object.path("members").forEach(m -> members.put(text(m, "name"), m));
    Map<String, Item> expected = members(definition);
    sameNames(definition.name(), members.keySet(), expected.keySet(), conditional(expected));
    expected.forEach(
        (name, item) -> {
          JsonNode member = members.get(name);
          if (member != null) {
            String place = definition.name() + "." + name;
            if (item.optionalIn().contains(version) != member.has("default")) {
              differences.add(place + " is optional in one of both");
            }
            type(place, typeOf(item), text(member, "type"));
          }
        });
    Definition union = boxed(definition).orElse(definition);
    if (union.kind() == Kind.UNION) {
      branches(union, object);
    }
  }

  private void branches(Definition union, JsonNode object) {
    Map<String, String> variants = new LinkedHashMap<>();
    for (JsonNode variant : object.path("variants")) {
      if (!live.isEmpty(text(variant, "type"))) {
        variants.put(text(variant, "case"), text(variant, "type"));
      }
    }
    Map<String, Item> expected = in(union.branches());
    // A branch without members looks like none.
    expected
        .values()
        .removeIf(b -> !variants.containsKey(b.name()) && members(definition(typeOf(b))).isEmpty());
    sameNames(
        union.name() + "'s branches", variants.keySet(), expected.keySet(), conditional(expected));
    expected.forEach(
        (name, branch) ->
            Optional.ofNullable(variants.get(name))
                .ifPresent(id -> type(union.name() + "." + name, typeOf(branch), id)));
  }

  private void type(String place, TypeName named, String id) {
    JsonNode element = live.element(id);
    if (named.list() != live.isArray(id)) {
      differences.add(place + " is an array in one of both");
      return;
    }
    if (named.isBuiltin()) {
      if (!live.json(element).equals(LiveSchema.json(named))) {
        differences.add(place + " is " + live.json(element) + ", not " + named.text());
      }
      return;
    }
    Definition definition = definition(named);
    String meta = text(element, "meta-type");
    switch (definition.kind()) {
      case STRUCT, UNION -> {
        if (meta.equals("object")) {
          structure(definition, text(element, "name"));
        } else {
          differences.add(place + " is " + meta + ", not an object");
        }
      }
      case ENUM -> enumeration(place, definition, element);
      case ALTERNATE -> alternate(place, definition, element);
      case COMMAND, EVENT -> differences.add(place + " is no type");
    }
  }

  private void enumeration(String place, Definition enumeration, JsonNode element) {
    if (!text(element, "meta-type").equals("enum")) {
      differences.add(place + " is no enumeration");
      return;
    }
    Set<String> values = new TreeSet<>();
    if (element.has("members")) {
      element.get("members").forEach(value -> values.add(text(value, "name")));
    } else {
      element.path("values").forEach(value -> values.add(value.asText()));
    }
    Map<String, Item> expected = in(enumeration.members());
    sameNames(enumeration.name(), values, expected.keySet(), conditional(expected));
  }

  private void alternate(String place, Definition alternate, JsonNode element) {
    Set<String> kinds = new TreeSet<>();
    for (JsonNode member : element.path("members")) {
      String id = text(member, "type");
      kinds.add(live.isArray(id) ? "array" : live.json(live.type(id)));
    }
    Set<String> expected = new TreeSet<>();
    for (Item branch : in(alternate.branches()).values()) {
      expected.add(kind(typeOf(branch)));
    }
    if (!kinds.equals(expected)) {
      differences.add(place + " is one of " + kinds + ", not of " + expected);
    }
  }

  private String kind(TypeName type) {
    if (type.list()) {
      return "array";
    }
    return type.isBuiltin()
        ? LiveSchema.json(type)
        : definition(type).kind() == Kind.ENUM ? "string" : "object";
  }

  /** Names that only one side has, save those that a build may leave out. */
  private void sameNames(
      String place, Set<String> found, Set<String> expected, Set<String> mayBeAbsent) {
    Set<String> missing = new TreeSet<>(found);
    missing.removeAll(expected);
    missing.forEach(name -> differences.add(place + " lacks " + name));
    Set<String> invented = new TreeSet<>(expected);
    invented.removeAll(found);
    invented.removeAll(mayBeAbsent);
    invented.forEach(name -> differences.add(place + " has no " + name));
  }

  private static Set<String> conditional(Map<String, Item> items) {
    Set<String> names = new HashSet<>();
    items.values().stream()
        .filter(item -> item.history().condition().isPresent())
        .forEach(item -> names.add(item.name()));
    return names;
  }

  private static Set<String> optionalNames(Map<String, Definition> definitions) {
    Set<String> names = new HashSet<>();
    definitions.values().stream()
        .filter(d -> d.history().condition().isPresent())
        .forEach(d -> names.add(d.name()));
    return names;
  }

  private Map<String, Item> members(Definition definition) {
    return in(Merger.allMembers(facts, definition));
  }

  private Map<String, Item> in(Map<String, Item> items) {
    var there = new LinkedHashMap<>(items);
    there.values().removeIf(item -> !item.history().in().contains(version));
    return there;
  }

  /** A type that has another name today goes by that. */
  private TypeName typeOf(Item item) {
    TypeName then = item.typeIn(version);
    return then.isBuiltin() || facts.containsKey(then.name()) ? then : item.type().orElseThrow();
  }

  private Optional<Definition> boxed(Definition definition) {
    return definition.boxed().map(facts::get);
  }

  private Definition definition(TypeName type) {
    return Optional.ofNullable(facts.get(type.name()))
        .orElseThrow(() -> new AssertionError("the facts have no " + type.name()));
  }
}
