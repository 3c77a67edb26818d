package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A list.
 *
 * @param plural what its items are, such as {@code disks}
 * @param item the type of one
 * @param limit most items
 */
record ListType<T>(String plural, ValueType<T> item, int limit) implements ValueType<List<T>> {

  @Override
  public String expected() {
    return "a list of at most " + limit + " " + plural;
  }

  @Override
  public Optional<List<T>> read(Node node, Place place) {
    if (!(node instanceof Node.Sequence sequence)) {
      place.reportMismatch(node, "a list of " + plural + ", each line beginning with '- '");
      return Optional.empty();
    }
    List<Node> nodes = sequence.items();
    if (nodes.size() > limit) {
      place.report(
          node.position(),
          "at most " + limit + " " + plural + " are possible, found " + nodes.size());
      return Optional.empty();
    }
    List<T> items = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      item.read(nodes.get(i), place.item(i)).ifPresent(items::add);
    }
    return items.size() == nodes.size() ? Optional.of(items) : Optional.empty();
  }

  @Override
  public JsonNode write(List<T> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(value -> array.add(item.write(value)));
    return array;
  }

  @Override
  public ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "array");
    schema.put("maxItems", limit).set("items", item.schema());
    return schema;
  }
}
