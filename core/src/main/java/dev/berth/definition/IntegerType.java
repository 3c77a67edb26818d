package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Pattern;

/** A whole number in a range that does not go below zero. */
record IntegerType(int minimum, int maximum) implements ValueType<Integer> {
  private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,8}");

  @Override
  public String expected() {
    return "a whole number from " + minimum + " to " + maximum;
  }

  @Override
  public Optional<Integer> read(Node node, Place place) {
    if (node instanceof Node.Number number && DECIMAL.matcher(number.digits()).matches()) {
      int value = Integer.parseInt(number.digits());
      if (value >= minimum && value <= maximum) {
        return Optional.of(value);
      }
    }
    if (node instanceof Node.Text text && DECIMAL.matcher(text.value()).matches()) {
      place.report(
          node.position(),
          "expected " + expected() + ", found a text: remove the quotes, write " + text.value());
    } else {
      place.reportMismatch(node, expected());
    }
    return Optional.empty();
  }

  @Override
  public JsonNode write(Integer value) {
    return IntNode.valueOf(value);
  }

  @Override
  public ObjectNode schema() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "integer")
        .put("minimum", minimum)
        .put("maximum", maximum);
  }
}
