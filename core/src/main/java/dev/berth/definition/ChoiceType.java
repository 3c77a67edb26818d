package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** One of a few words, each standing for a value. */
final class ChoiceType<T> implements ValueType<T> {
  private final List<T> values;

  private ChoiceType(List<T> values) {
    this.values = values;
  }

  /** The constants of an enum, in lower case, with hyphens. */
  static <E extends Enum<E>> ChoiceType<E> of(Class<E> constants) {
    return new ChoiceType<>(Arrays.asList(constants.getEnumConstants()));
  }

  @Override
  public String expected() {
    String words = values.stream().map(ChoiceType::word).collect(Collectors.joining(", "));
    return "one of " + words;
  }

  @Override
  public Optional<T> read(Node node, Place place) {
    if (node instanceof Node.Text text) {
      for (T value : values) {
        if (word(value).equals(text.value())) {
          return Optional.of(value);
        }
      }
    }
    place.reportMismatch(node, expected());
    return Optional.empty();
  }

  static String word(Object value) {
    return value.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public JsonNode write(T value) {
    return TextNode.valueOf(word(value));
  }

  @Override
  public ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode words = schema.putArray("enum");
    values.forEach(value -> words.add(word(value)));
    return schema;
  }
}
