package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters of one request, read strictly: whatever is missing, unknown or of the wrong type
 * is refused by its name before anything happens. An unknown parameter is refused because the
 * caller means something by it that this version would not do.
 */
final class Params {
  /** A century; twice as much would still fit in 64 bits of nanoseconds. */
  private static final long LONGEST_WAIT_MILLIS = Duration.ofDays(36_500).toMillis();

  private final String method;
  private final ObjectNode node;
  private final Received received;

  private Params(String method, ObjectNode node, Received received) {
    this.method = method;
    this.node = node;
    this.received = received;
  }

  /**
   * Checked names.
   *
   * @param node the request's {@code params}; missing means none
   * @param received the descriptors that came beside the request
   * @throws InvalidRequestException when they are no object or one of them is not known, or
   *     descriptors came that the method does not take
   */
  static Params of(String method, Set<String> known, JsonNode node, Received received) {
    if (!known.contains(ArgumentCodec.DESCRIPTORS)) {
      received.named(method, List.of());
    }
    if (node.isMissingNode() || node.isNull()) {
      return new Params(method, Json.object(), received);
    }
    if (!(node instanceof ObjectNode object)) {
      throw new InvalidRequestException(
          "'params' of "
              + method
              + " should be an object with named members, but it is "
              + kind(node)
              + ".");
    }
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new InvalidRequestException(
            method
                + " knows no parameter '"
                + printable(name)
                + "'; it takes "
                + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known)))
                + ".");
      }
    }
    return new Params(method, object, received);
  }

  String text(String name) {
    return optionalText(name).orElseThrow(() -> missing(name));
  }

  Optional<String> optionalText(String name) {
    return member(name)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw wrong(name, "text", value);
              }
              return value.textValue();
            });
  }

  long number(String name) {
    return optionalNumber(name).orElseThrow(() -> missing(name));
  }

  Optional<Long> optionalNumber(String name) {
    return member(name).map(value -> wholeNumber(name, value));
  }

  int integer(String name) {
    long value = number(name);
    if (value != (int) value) {
      throw new InvalidRequestException(
          "Parameter '" + name + "' of " + method + " is too large: " + value + ".");
    }
    return (int) value;
  }

  Duration millis(String name) {
    return optionalMillis(name).orElseThrow(() -> missing(name));
  }

  /** A duration in milliseconds, never negative; more than a century is a century. */
  Optional<Duration> optionalMillis(String name) {
    return optionalNumber(name)
        .map(
            value -> {
              if (value < 0) {
                throw new InvalidRequestException(
                    "Parameter '"
                        + name
                        + "' of "
                        + method
                        + " should not be negative: "
                        + value
                        + ".");
              }
              return Duration.ofMillis(Math.min(value, LONGEST_WAIT_MILLIS));
            });
  }

  /** A constant by its text on the wire. */
  <E extends Enum<E>> E constant(String name, Class<E> type) {
    return optionalConstant(name, type).orElseThrow(() -> missing(name));
  }

  <E extends Enum<E>> Optional<E> optionalConstant(String name, Class<E> type) {
    return optionalText(name)
        .map(
            text ->
                WireText.parse(type, text)
                    .orElseThrow(() -> unknown(name, text, WireText.all(type))));
  }

  /** The value itself, for parameters that are no plain ones. */
  Optional<JsonNode> member(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  /** The descriptors that came beside the request, by the names that the parameter lists. */
  Map<String, FileDescriptor> descriptors(String name) {
    List<String> names = new ArrayList<>();
    JsonNode array = member(name).orElseGet(Json::array);
    if (!array.isArray()) {
      throw wrong(name, "an array of texts", array);
    }
    for (JsonNode each : array) {
      if (!each.isTextual()) {
        throw wrong(name, "an array of texts", each);
      }
      names.add(each.textValue());
    }
    return received.named(method, names);
  }

  /** Texts by name; messages about them name no text. */
  Map<String, String> textsByName(String name) {
    Map<String, String> texts = new HashMap<>();
    JsonNode object = member(name).orElseGet(Json::object);
    if (!object.isObject()) {
      throw wrong(name, "an object with named texts", object);
    }
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      if (!each.getValue().isTextual()) {
        throw wrong(name, "an object with named texts", each.getValue());
      }
      texts.put(each.getKey(), each.getValue().textValue());
    }
    return texts;
  }

  InvalidRequestException missing(String name) {
    return new InvalidRequestException(method + " needs the parameter '" + name + "'.");
  }

  InvalidRequestException unknown(String name, String text, String legal) {
    return new InvalidRequestException(
        "Parameter '"
            + name
            + "' of "
            + method
            + " cannot be '"
            + printable(text)
            + "': use "
            + legal
            + ".");
  }

  InvalidRequestException wrong(String name, String wanted, JsonNode value) {
    return new InvalidRequestException(
        "Parameter '"
            + name
            + "' of "
            + method
            + " should be "
            + wanted
            + ", but it is "
            + kind(value)
            + ".");
  }

  private long wholeNumber(String name, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(name, "a whole number", value);
    }
    return value.longValue();
  }

  private static String kind(JsonNode value) {
    JsonNodeType type = value.getNodeType();
    return type == JsonNodeType.STRING ? "text" : "of type " + type.name().toLowerCase(Locale.ROOT);
  }

  /** The text without control characters and not too long for a message. */
  static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 80 ? clean : clean.substring(0, 77) + "...";
  }
}
