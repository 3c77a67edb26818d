package dev.berth.generator.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.FactFiles;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The definitions in one version's schema sources. */
final class SourceSchema {
  private final String version;
  private final Map<String, Definition> definitions = new LinkedHashMap<>();

  private SourceSchema(String version) {
    this.version = version;
  }

  /** The schema of QEMU's monitor below that source tree. */
  static Map<String, Definition> monitor(String version, Path sources) throws IOException {
    var schema = new SourceSchema(version);
    try (Stream<Path> files = Files.list(sources.resolve("qapi"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        schema.read(file, file.getFileName().toString().replace(".json", ""));
      }
    }
    return schema.definitions;
  }

  /** The schema of the guest agent below that source tree. */
  static Map<String, Definition> agent(String version, Path sources) throws IOException {
    var schema = new SourceSchema(version);
    schema.read(sources.resolve("qga/qapi-schema.json"), FactFiles.GUEST_AGENT);
    return schema.definitions;
  }

  private void read(Path file, String module) throws IOException {
    for (SourceParser.Expression expression :
        new SourceParser(Files.readString(file)).expressions()) {
      for (Kind kind : Kind.values()) {
        if (expression.value().has(kind.word())) {
          add(kind, expression, module);
        }
      }
    }
  }

  private void add(Kind kind, SourceParser.Expression expression, String module) {
    ObjectNode value = expression.value();
    String name = value.path(kind.word()).textValue();
    Documentation documentation = Documentation.of(expression.comment());
    History history = documentation.about(flagged(history(value), value));
    JsonNode data = value.path("data");
    Definition plain = Definition.empty(kind, name, module, history);
    Definition whole =
        switch (kind) {
          case COMMAND ->
              withData(plain, data, documentation)
                  .returning(Optional.of(value.path("returns")).flatMap(SourceSchema::typeName));
          case EVENT -> withData(plain, data, documentation);
          case STRUCT ->
              new Definition(
                  kind,
                  name,
                  module,
                  Optional.ofNullable(value.path("base").textValue()),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  members(data, documentation),
                  Map.of(),
                  history);
          case UNION -> union(plain, value, documentation);
          case ALTERNATE -> plain.withBranches(branches(data, documentation));
          case ENUM -> plain.withMembers(values(data, documentation));
        };
    definitions.put(name, whole);
  }

  private Definition withData(Definition plain, JsonNode data, Documentation documentation) {
    return data.isTextual()
        ? new Definition(
            plain.kind(),
            plain.name(),
            plain.module(),
            Optional.empty(),
            Optional.of(data.textValue()),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            plain.history())
        : plain.withMembers(members(data, documentation));
  }

  private Definition union(Definition plain, ObjectNode value, Documentation documentation) {
    Map<String, Item> branches = branches(value.path("data"), documentation);
    if (!value.has("discriminator")) {
      return simpleUnion(plain, branches);
    }
    JsonNode base = value.path("base");
    return new Definition(
        Kind.UNION,
        plain.name(),
        plain.module(),
        Optional.ofNullable(base.textValue()),
        Optional.empty(),
        Optional.of(value.path("discriminator").textValue()),
        Optional.empty(),
        base.isObject() ? members(base, documentation) : Map.of(),
        branches,
        plain.history());
  }

  /**
   * A union without a discriminator, as QEMU had them up to 6.0, is one by {@code type} whose
   * branches have one member {@code data}. Later versions spell that out, with these names.
   */
  private Definition simpleUnion(Definition plain, Map<String, Item> branches) {
    String kindName = plain.name() + "Kind";
    History history = History.of(version);
    var kind = Definition.empty(Kind.ENUM, kindName, plain.module(), history);
    definitions.put(
        kindName,
        kind.withMembers(
            Definition.byName(
                branches.values().stream().map(b -> Item.value(b.name(), b.history())))));
    var wrapped = new LinkedHashMap<String, Item>();
    for (Item branch : branches.values()) {
      TypeName content = branch.type().orElseThrow();
      String wrapper = wrapperOf(content);
      Item data = Item.member("data", content, false, history);
      definitions.put(
          wrapper,
          Definition.empty(Kind.STRUCT, wrapper, plain.module(), history)
              .withMembers(Map.of("data", data)));
      wrapped.put(branch.name(), branch.withType(new TypeName(wrapper, false)));
    }
    Item type = Item.member("type", new TypeName(kindName, false), false, history);
    return new Definition(
        Kind.UNION,
        plain.name(),
        plain.module(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("type"),
        Optional.empty(),
        Map.of("type", type),
        wrapped,
        plain.history());
  }

  static String wrapperOf(TypeName content) {
    if (content.list()) {
      return capitalized(content.name()) + "ListWrapper";
    }
    return content.name().equals("str") ? "StringWrapper" : capitalized(content.name()) + "Wrapper";
  }

  private static String capitalized(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private Map<String, Item> members(JsonNode data, Documentation documentation) {
    return Definition.byName(
        data.properties().stream()
            .map(
                entry -> {
                  boolean optional = entry.getKey().startsWith("*");
                  String name = optional ? entry.getKey().substring(1) : entry.getKey();
                  return Item.member(
                      name, type(entry.getValue()), optional, item(name, entry, documentation));
                }));
  }

  private Map<String, Item> branches(JsonNode data, Documentation documentation) {
    return Definition.byName(
        data.properties().stream()
            .map(
                entry ->
                    Item.member(
                        entry.getKey(),
                        type(entry.getValue()),
                        false,
                        item(entry.getKey(), entry, documentation))));
  }

  private Map<String, Item> values(JsonNode data, Documentation documentation) {
    return Definition.byName(
        Stream.iterate(0, i -> i < data.size(), i -> i + 1)
            .map(data::get)
            .map(
                value -> {
                  String name = value.isTextual() ? value.textValue() : text(value, "name");
                  return Item.value(
                      name, documentation.about(name, flagged(history(value), value)));
                }));
  }

  private History item(
      String name, Map.Entry<String, JsonNode> entry, Documentation documentation) {
    return documentation.about(name, flagged(history(entry.getValue()), entry.getValue()));
  }

  private History history(JsonNode value) {
    return new History(
        Optional.empty(),
        java.util.Set.of(version),
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.ofNullable(value.get("if")).map(SourceSchema::condition),
        Map.of());
  }

  private History flagged(History history, JsonNode value) {
    History flagged = history;
    for (String flag : List.of("allow-oob", "allow-preconfig")) {
      if (value.path(flag).asBoolean()) {
        flagged = flagged.withFlag(flag, version);
      }
    }
    if (value.has("gen") && !value.path("gen").asBoolean()) {
      flagged = flagged.withFlag("open", version);
    }
    if (value.has("success-response") && !value.path("success-response").asBoolean()) {
      flagged = flagged.withFlag("no-reply", version);
    }
    for (JsonNode feature : value.path("features")) {
      String name = feature.isTextual() ? feature.textValue() : text(feature, "name");
      flagged = flagged.withFlag(name, version);
    }
    return flagged;
  }

  private static TypeName type(JsonNode value) {
    return typeName(value)
        .or(() -> typeName(value.path("type")))
        .orElseThrow(() -> new IllegalArgumentException("no type in " + value));
  }

  private static Optional<TypeName> typeName(JsonNode value) {
    if (value.isArray()) {
      return Optional.of(new TypeName(value.get(0).textValue(), true));
    }
    return Optional.ofNullable(value.textValue()).map(TypeName::parse);
  }

  private static String text(JsonNode value, String member) {
    return value.path(member).textValue();
  }

  /** {@code CONFIG_A && CONFIG_B}, whatever way that version writes it. */
  static String condition(JsonNode condition) {
    if (condition.isTextual()) {
      return condition.textValue().replaceAll("defined\\((\\w+)\\)", "$1");
    }
    if (condition.isArray()) {
      return joined(condition, " && ");
    }
    if (condition.has("not")) {
      return "!" + condition(condition.get("not"));
    }
    return condition.has("all")
        ? joined(condition.get("all"), " && ")
        : "(" + joined(condition.get("any"), " || ") + ")";
  }

  private static String joined(JsonNode conditions, String word) {
    var texts = new java.util.ArrayList<String>();
    conditions.forEach(one -> texts.add(condition(one)));
    return String.join(word, texts);
  }
}
