package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A definition in which every key says what it means and what leaving it out does, to start one's
 * own from. It is itself a definition: that of a domain of which nothing but the name is given.
 */
public final class DefinitionDefaults {
  private static final int WIDTH = 100;
  private static final String COMMENT = "# ";

  private final StringBuilder text = new StringBuilder();

  private DefinitionDefaults() {}

  /** The definition as YAML with comments. */
  public static String yaml() {
    DefinitionDefaults defaults = new DefinitionDefaults();
    defaults.text.append("# Every key of a definition, with its default. Only name is required.\n");
    DomainSection.SECTION.keys().forEach(defaults::add);
    return defaults.text.toString();
  }

  private <T> void add(Key<?, T> key) {
    text.append("\n");
    explain(key, COMMENT);
    ValueType<?> type = key.type();
    if (key.defaultValue().isPresent()) {
      String value = plain(key.type().write(key.defaultValue().get()));
      text.append(key.name()).append(": ").append(value).append("\n");
    } else {
      String example = key.requiredExample().orElse(COMMENT + key.name() + ":");
      text.append(example).append("\n");
    }
    if (type instanceof Section<?> section) {
      addBelow(section, "#   ");
    } else if (type instanceof ListType<?> list && list.item() instanceof Section<?> section) {
      addBelow(section, "#   ");
    }
  }

  /** The keys of a section, all in comments. */
  private void addBelow(Section<?> section, String indent) {
    text.append(indent).append("Keys of ").append(section.singular()).append(":\n");
    for (Key<?, ?> key : section.keys()) {
      text.append(indent).append(key.name()).append(":\n");
      explain(key, indent + "  ");
      if (key.type() instanceof Section<?> below) {
        addBelow(below, indent + "  ");
      } else if (key.type() instanceof ListType<?> list
          && list.item() instanceof Section<?> below) {
        addBelow(below, indent + "  ");
      }
    }
  }

  private <T> void explain(Key<?, T> key, String indent) {
    wrap(key.meaning(), indent);
    if (!(key.type() instanceof Section<?>)) {
      wrap("Takes " + key.type().expected() + ".", indent);
    }
    wrap(absence(key), indent);
  }

  private static <T> String absence(Key<?, T> key) {
    if (key.absence() instanceof Key.Meant<T> meant) {
      return "Left out: " + meant.note() + ".";
    }
    return key.defaultValue()
        .map(value -> "Default: " + plain(key.type().write(value)))
        .orElse("Required.");
  }

  private void wrap(String sentence, String indent) {
    StringBuilder line = new StringBuilder(indent);
    int start = line.length();
    for (String word : sentence.split(" ")) {
      if (line.length() > start && line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append("\n");
        line.setLength(0);
        line.append(indent);
      }
      line.append(line.length() > start ? " " : "").append(word);
    }
    text.append(line).append("\n");
  }

  /** JSON on one line, which is YAML too; words without quotes. */
  private static String plain(JsonNode value) {
    return value.isTextual() ? value.asText() : value.toString();
  }
}
