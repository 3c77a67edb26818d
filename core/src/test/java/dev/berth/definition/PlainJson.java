package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;

/** A located document as the plain tree that other tools see. */
final class PlainJson {

  private PlainJson() {}

  static JsonNode of(Node node) {
    if (node instanceof Node.Text text) {
      return TextNode.valueOf(text.value());
    }
    if (node instanceof Node.Number number) {
      return DecimalNode.valueOf(new BigDecimal(number.digits()));
    }
    if (node instanceof Node.Flag flag) {
      return BooleanNode.valueOf(flag.value());
    }
    if (node instanceof Node.Sequence sequence) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      sequence.items().forEach(item -> array.add(of(item)));
      return array;
    }
    if (node instanceof Node.Mapping mapping) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      mapping.entries().forEach(entry -> object.set(entry.key(), of(entry.value())));
      return object;
    }
    return NullNode.getInstance();
  }
}
