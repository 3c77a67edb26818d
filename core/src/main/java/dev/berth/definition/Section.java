package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A mapping with known keys.
 *
 * @param singular what it describes, such as {@code a disk}
 * @param keys in the order in which they are documented and written
 * @param check reports what is wrong between keys; may find any of them missing
 * @param build makes the value when nothing was reported
 * @param alsoInSchema adds to the schema what {@code check} checks, as far as a schema can say it
 * @param <R> what the mapping becomes
 */
record Section<R>(
    String singular,
    List<Key<R, ?>> keys,
    BiConsumer<Values<R>, Place> check,
    Function<Values<R>, R> build,
    Consumer<ObjectNode> alsoInSchema)
    implements ValueType<R> {

  @Override
  public String expected() {
    return "a mapping that describes " + singular;
  }

  @Override
  public Optional<R> read(Node node, Place place) {
    if (!(node instanceof Node.Mapping mapping)) {
      place.reportMismatch(node, singular + " with keys such as '" + firstLine() + "'");
      return Optional.empty();
    }
    int before = place.reading().problemCount();
    reportDuplicates(mapping, place);
    reportUnknownKeys(mapping, place);
    Values<R> values = new Values<>(mapping);
    for (Key<R, ?> key : keys) {
      Optional<Node.Entry> entry = mapping.find(key.name());
      if (entry.isPresent()) {
        values.read(key, entry.get().value(), place.key(key.name()));
      } else {
        key.requiredExample()
            .ifPresent(
                example ->
                    place.report(
                        mapping.position(),
                        "key '" + key.name() + "' is missing: add '" + example + "', for example"));
      }
    }
    check.accept(values, place);
    return place.reading().problemCount() == before
        ? Optional.of(build.apply(values))
        : Optional.empty();
  }

  /** How such a mapping could begin. */
  private String firstLine() {
    return keys.stream()
        .flatMap(key -> key.requiredExample().stream())
        .findFirst()
        .orElse(keys.get(0).name() + ": …");
  }

  /** Reports keys that occur twice, in a section or elsewhere. */
  static void reportDuplicates(Node.Mapping mapping, Place place) {
    Map<String, Integer> lineByKey = new HashMap<>();
    for (Node.Entry entry : mapping.entries()) {
      Integer earlier = lineByKey.putIfAbsent(entry.key(), entry.position().line());
      if (earlier != null) {
        place
            .key(entry.key())
            .report(
                entry.position(),
                "key "
                    + Quotation.of(entry.key())
                    + " is given twice, first on line "
                    + earlier
                    + ": keep one of them");
      }
    }
  }

  private void reportUnknownKeys(Node.Mapping mapping, Place place) {
    List<String> names = keys.stream().map(Key::name).collect(Collectors.toList());
    for (Node.Entry entry : mapping.entries()) {
      if (!names.contains(entry.key())) {
        place.report(entry.position(), () -> unknownKey(entry.key(), names));
      }
    }
  }

  private String unknownKey(String found, List<String> names) {
    String hint =
        NearestWord.to(found, names)
            .map(near -> "; did you mean '" + near + "'?")
            .or(() -> sectionWith(found).map(section -> "; it belongs under '" + section + ":'."))
            .orElse(".");
    return "unknown key "
        + Quotation.of(found)
        + hint
        + " Valid keys here: "
        + String.join(", ", names);
  }

  /** The key below which that one would be right. */
  private Optional<String> sectionWith(String found) {
    return keys.stream()
        .filter(key -> key.type() instanceof Section<?> section && section.hasKey(found))
        .map(Key::name)
        .findFirst();
  }

  private boolean hasKey(String name) {
    return keys.stream().anyMatch(key -> key.name().equals(name));
  }

  @Override
  public JsonNode write(R value) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (Key<R, ?> key : keys) {
      key.write(value).ifPresent(part -> object.set(key.name(), part));
    }
    return object;
  }

  @Override
  public ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = JsonNodeFactory.instance.objectNode();
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    for (Key<R, ?> key : keys) {
      properties.set(key.name(), schema(key));
      key.requiredExample().ifPresent(example -> required.add(key.name()));
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.set("properties", properties);
    schema.put("additionalProperties", false);
    alsoInSchema.accept(schema);
    return schema;
  }

  private static <T> ObjectNode schema(Key<?, T> key) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("description", key.meaning());
    schema.setAll(key.type().schema());
    key.defaultValue().ifPresent(value -> schema.set("default", key.type().write(value)));
    return schema;
  }
}
