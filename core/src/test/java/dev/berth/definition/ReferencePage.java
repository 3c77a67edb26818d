package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The generated part of {@code docs/definition.md}: a table of keys for each section. */
final class ReferencePage {
  static final String FILE = "docs/definition.md";
  static final String BEGIN = "<!-- generated from the reader's own table of keys: begin -->\n";
  static final String END = "<!-- generated: end -->\n";

  private final StringBuilder text = new StringBuilder();

  private ReferencePage() {}

  static String tables() {
    ReferencePage page = new ReferencePage();
    page.add("Top level", "", DomainSection.SECTION);
    return page.text.toString();
  }

  private void add(String title, String path, Section<?> section) {
    text.append("\n## ").append(title).append("\n\n");
    text.append("| key | value | left out | meaning |\n|---|---|---|---|\n");
    List<Runnable> below = new ArrayList<>();
    for (Key<?, ?> key : section.keys()) {
      String keyPath = path.isEmpty() ? key.name() : path + "." + key.name();
      addRow(key, keyPath, below);
    }
    below.forEach(Runnable::run);
  }

  private <T> void addRow(Key<?, T> key, String path, List<Runnable> below) {
    ValueType<?> type = key.type();
    String value = type.expected();
    if (type instanceof ListType<?> list && list.item() instanceof Section<?> section) {
      value += ", see [below](#" + anchor(path + "[]") + ")";
      below.add(() -> add("`" + path + "[]`", path + "[]", section));
    } else if (type instanceof Section<?> section) {
      value = "a mapping, see [below](#" + anchor(path) + ")";
      below.add(() -> add("`" + path + "`", path, section));
    }
    text.append(
        String.format("| `%s` | %s | %s | %s |\n", key.name(), value, absence(key), key.meaning()));
  }

  private static <T> String absence(Key<?, T> key) {
    if (key.absence() instanceof Key.Meant<T> meant) {
      return meant.note();
    }
    return key.defaultValue()
        .map(value -> "`" + plain(key.type().write(value)) + "`")
        .orElse("**required**");
  }

  /** JSON as people write it in YAML. */
  private static String plain(JsonNode value) {
    return value.toString().replace("\"", "").replace(":", ": ");
  }

  /** The fragment that Markdown viewers give a heading. */
  private static String anchor(String path) {
    return path.replaceAll("[^a-z-]", "");
  }
}
