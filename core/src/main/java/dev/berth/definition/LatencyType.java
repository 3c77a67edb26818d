package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.LatencyBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** True or false, or the bounds of a histogram: {@code [100us, 1ms, 10ms]}. */
record LatencyType() implements ValueType<LatencyBounds> {
  private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,12})(ns|us|ms|s)");

  @Override
  public String expected() {
    return "true, false, or a list of up to "
        + LatencyBounds.MOST
        + " durations that ascend, such as [100us, 1ms, 10ms]";
  }

  @Override
  public Optional<LatencyBounds> read(Node node, Place place) {
    if (node instanceof Node.Flag flag) {
      return Optional.of(flag.value() ? LatencyBounds.USUAL : LatencyBounds.NONE);
    }
    if (!(node instanceof Node.Sequence sequence)
        || sequence.items().isEmpty()
        || sequence.items().size() > LatencyBounds.MOST) {
      place.reportMismatch(node, expected());
      return Optional.empty();
    }
    List<Duration> bounds = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      Optional<Duration> bound = bound(sequence.items().get(i), place.item(i), bounds);
      if (bound.isEmpty()) {
        return Optional.empty();
      }
      bounds.add(bound.get());
    }
    return Optional.of(new LatencyBounds(bounds));
  }

  private static Optional<Duration> bound(Node node, Place place, List<Duration> before) {
    Optional<Duration> bound =
        node instanceof Node.Text text ? parse(text.value().strip()) : Optional.empty();
    if (bound.isEmpty()) {
      place.reportMismatch(
          node, "a duration with the unit ns, us, ms or s, from 1ns to 3600s, such as 500us");
      return Optional.empty();
    }
    if (!before.isEmpty() && bound.get().compareTo(before.get(before.size() - 1)) <= 0) {
      place.report(
          node.position(),
          "bounds ascend, and this one is not longer than the one before it: sort them, each once");
      return Optional.empty();
    }
    return bound;
  }

  private static Optional<Duration> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    long unit = nanos(matcher.group(2));
    return count <= LatencyBounds.LONGEST.toNanos() / unit
        ? Optional.of(Duration.ofNanos(count * unit))
        : Optional.empty();
  }

  private static long nanos(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us" -> 1_000;
      case "ms" -> 1_000_000;
      default -> 1_000_000_000;
    };
  }

  /** The bound in the largest unit that divides it. */
  static String text(Duration bound) {
    long nanos = bound.toNanos();
    for (String unit : List.of("s", "ms", "us")) {
      if (nanos % nanos(unit) == 0) {
        return nanos / nanos(unit) + unit;
      }
    }
    return nanos + "ns";
  }

  @Override
  public JsonNode write(LatencyBounds value) {
    if (!value.isOn() || value.equals(LatencyBounds.USUAL)) {
      return BooleanNode.valueOf(value.isOn());
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    value.bounds().forEach(bound -> array.add(text(bound)));
    return array;
  }

  @Override
  public ObjectNode schema() {
    ObjectNode list = JsonNodeFactory.instance.objectNode().put("type", "array");
    list.put("minItems", 1).put("maxItems", LatencyBounds.MOST);
    list.set("items", TextType.schema("\\s*[1-9][0-9]{0,12}(ns|us|ms|s)\\s*"));
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema
        .putArray("anyOf")
        .add(JsonNodeFactory.instance.objectNode().put("type", "boolean"))
        .add(list);
    return schema;
  }
}
