package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * True or false, each standing for a value.
 *
 * @param whenTrue what {@code true} means
 * @param whenFalse what {@code false} means
 */
record SwitchType<T>(T whenTrue, T whenFalse) implements ValueType<T> {

  @Override
  public String expected() {
    return "true or false";
  }

  @Override
  public Optional<T> read(Node node, Place place) {
    if (node instanceof Node.Flag flag) {
      return Optional.of(flag.value() ? whenTrue : whenFalse);
    }
    place.reportMismatch(node, expected());
    return Optional.empty();
  }

  @Override
  public JsonNode write(T value) {
    return BooleanNode.valueOf(value.equals(whenTrue));
  }

  @Override
  public ObjectNode schema() {
    return JsonNodeFactory.instance.objectNode().put("type", "boolean");
  }
}
