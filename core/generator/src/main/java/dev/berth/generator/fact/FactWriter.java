package dev.berth.generator.fact;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes a definition as YAML for people to read: a line for each member, and nothing that holds of
 * everything.
 */
final class FactWriter {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*");
  private static final Set<String> RESERVED =
      Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

  private final StringBuilder out;

  FactWriter(StringBuilder out) {
    this.out = out;
  }

  void write(Definition definition) {
    line("- " + definition.kind().word(), quoted(definition.name()));
    definition.base().ifPresent(base -> line("  base", quoted(base)));
    definition.discriminator().ifPresent(member -> line("  discriminator", quoted(member)));
    definition.boxed().ifPresent(type -> line("  boxed", quoted(type)));
    definition.returns().ifPresent(type -> line("  returns", quoted(type)));
    history(definition.history(), Set.copyOf(Versions.of(definition.module())))
        .forEach((name, value) -> line("  " + name, value));
    items(definition.kind().membersWord(), definition.members(), definition.history());
    items("branches", definition.branches(), definition.history());
  }

  private void items(String word, Map<String, Item> items, History whole) {
    if (items.isEmpty()) {
      return;
    }
    out.append("  ").append(word).append(":\n");
    for (Item item : items.values()) {
      line("    " + quoted(item.name()), item(item, whole));
    }
  }

  private static String item(Item item, History whole) {
    var fields = new LinkedHashMap<String, String>();
    item.type().ifPresent(type -> fields.put("type", quoted(type)));
    if (!item.types().isEmpty()) {
      var types = new ArrayList<String>();
      Versions.sorted(item.types().keySet())
          .forEach(v -> types.add(quoted(v) + ": " + quoted(item.types().get(v))));
      fields.put("types", "{" + String.join(", ", types) + "}");
    }
    if (!item.optionalIn().isEmpty()) {
      fields.put(
          "optional",
          item.optionalIn().equals(item.history().in()) ? "true" : list(item.optionalIn()));
    }
    fields.putAll(history(item.history(), whole.in()));
    if (fields.size() == 1 && fields.containsKey("type")) {
      return fields.get("type");
    }
    var texts = new ArrayList<String>();
    fields.forEach((name, value) -> texts.add(name + ": " + value));
    return "{" + String.join(", ", texts) + "}";
  }

  private static Map<String, String> history(History history, Set<String> expected) {
    var fields = new LinkedHashMap<String, String>();
    history.since().ifPresent(version -> fields.put("since", quoted(version)));
    if (!history.in().equals(expected)) {
      fields.put("in", list(history.in()));
    }
    if (!history.documents().isEmpty()) {
      fields.put("documents", list(history.documents()));
    }
    history.removed().ifPresent(version -> fields.put("removed", quoted(version)));
    if (!history.instead().isEmpty()) {
      fields.put("instead", list(history.instead()));
    }
    history.condition().ifPresent(condition -> fields.put("if", quoted(condition)));
    history
        .flags()
        .forEach(
            (flag, versions) ->
                fields.put(flag, versions.equals(history.in()) ? "true" : list(versions)));
    return fields;
  }

  private void line(String name, String value) {
    out.append(name).append(": ").append(value).append('\n');
  }

  private static String list(Collection<String> texts) {
    List<String> quoted = texts.stream().map(FactWriter::quoted).toList();
    return "[" + String.join(", ", quoted) + "]";
  }

  private static String quoted(TypeName type) {
    return type.list() ? "[" + quoted(type.name()) + "]" : quoted(type.name());
  }

  private static String quoted(String text) {
    return PLAIN.matcher(text).matches() && !RESERVED.contains(text) ? text : "'" + text + "'";
  }
}
