package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The user's own keys and values. */
final class LabelsType implements ValueType<Map<String, String>> {
  private static final int LIMIT = 64;
  private static final ProseType KEY = new ProseType("a label's key", 1, 128);
  private static final ProseType VALUE = new ProseType("a label's value", 0, 1024);

  @Override
  public String expected() {
    return "a mapping of at most " + LIMIT + " labels to texts";
  }

  @Override
  public Optional<Map<String, String>> read(Node node, Place place) {
    if (!(node instanceof Node.Mapping mapping)) {
      place.reportMismatch(node, "labels such as {team: web}");
      return Optional.empty();
    }
    int before = place.reading().problemCount();
    if (mapping.entries().size() > LIMIT) {
      place.report(
          node.position(),
          "at most " + LIMIT + " labels are possible, found " + mapping.entries().size());
      return Optional.empty();
    }
    Section.reportDuplicates(mapping, place);
    Map<String, String> labels = new LinkedHashMap<>();
    for (Node.Entry entry : mapping.entries()) {
      Place label = place.key(entry.key());
      KEY.isAccepted(entry.key(), entry.position(), label);
      VALUE.read(entry.value(), label).ifPresent(value -> labels.put(entry.key(), value));
    }
    return place.reading().problemCount() == before ? Optional.of(labels) : Optional.empty();
  }

  /** The labels by key, since the map itself has no order. */
  @Override
  public JsonNode write(Map<String, String> labels) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    new TreeMap<>(labels).forEach((key, value) -> object.set(key, VALUE.write(value)));
    return object;
  }

  @Override
  public ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    schema.put("maxProperties", LIMIT).set("propertyNames", KEY.schema());
    schema.set("additionalProperties", VALUE.schema());
    return schema;
  }
}
