package dev.berth.generator.fact;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what {@link FactWriter} wrote. */
final class FactReader {
  private static final Set<String> KNOWN =
      Set.of(
          "type",
          "types",
          "optional",
          "since",
          "in",
          "documents",
          "removed",
          "instead",
          "if",
          "base",
          "boxed",
          "discriminator",
          "returns",
          "arguments",
          "members",
          "values",
          "branches");

  private FactReader() {}

  static Definition definition(String module, JsonNode node) {
    for (Kind kind : Kind.values()) {
      JsonNode name = node.get(kind.word());
      if (name != null) {
        History history = history(node, Versions.of(module), kind.word());
        return new Definition(
            kind,
            name.textValue(),
            module,
            text(node, "base"),
            text(node, "boxed"),
            text(node, "discriminator"),
            Optional.ofNullable(node.get("returns")).map(FactReader::type),
            items(node.path(kind.membersWord()), history),
            items(node.path("branches"), history),
            history);
      }
    }
    throw new IllegalArgumentException(module + " has a definition of no known kind: " + node);
  }

  private static Map<String, Item> items(JsonNode items, History whole) {
    return Definition.byName(
        items.properties().stream().map(item -> item(item.getKey(), item.getValue(), whole)));
  }

  private static Item item(String name, JsonNode node, History whole) {
    if (!node.isObject()) {
      return Item.member(name, type(node), false, whole.plain());
    }
    History history = history(node, whole.in(), "");
    var types = new LinkedHashMap<String, TypeName>();
    node.path("types").properties().forEach(t -> types.put(t.getKey(), type(t.getValue())));
    return new Item(
        name,
        Optional.ofNullable(node.get("type")).map(FactReader::type),
        types,
        versions(node.get("optional"), history.in(), Set.of()),
        history);
  }

  private static History history(JsonNode node, Collection<String> expected, String kind) {
    Set<String> in = versions(node.get("in"), expected, expected);
    var flags = new LinkedHashMap<String, Set<String>>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!KNOWN.contains(field.getKey()) && !field.getKey().equals(kind)) {
        flags.put(field.getKey(), versions(field.getValue(), in, Set.of()));
      }
    }
    return new History(
        text(node, "since"),
        in,
        texts(node.path("documents")),
        text(node, "removed"),
        texts(node.path("instead")),
        text(node, "if"),
        flags);
  }

  private static Set<String> versions(
      @org.jspecify.annotations.Nullable JsonNode node,
      Collection<String> all,
      Collection<String> otherwise) {
    if (node == null) {
      return Versions.sorted(otherwise);
    }
    return Versions.sorted(node.isBoolean() ? all : texts(node));
  }

  private static TypeName type(JsonNode node) {
    return node.isArray()
        ? new TypeName(node.get(0).textValue(), true)
        : TypeName.parse(node.textValue());
  }

  private static Optional<String> text(JsonNode node, String name) {
    return Optional.ofNullable(node.path(name).textValue());
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
