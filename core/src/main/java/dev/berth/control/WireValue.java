package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The plain values that members of messages have: instants in ISO 8601, durations in milliseconds,
 * UUIDs, paths, maps of texts.
 */
final class WireValue {
  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  private WireValue() {}

  static Instant instant(JsonNode node, String member) {
    String text = Json.text(node, member);
    try {
      return WireInstant.parse(text);
    } catch (DateTimeParseException e) {
      throw malformed(member, "an ISO 8601 instant", text);
    }
  }

  static UUID uuid(JsonNode node, String member) {
    String text = Json.text(node, member);
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw malformed(member, "a UUID", text);
    }
  }

  static Path path(JsonNode node, String member) {
    String text = Json.text(node, member);
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw malformed(member, "a path", text);
    }
  }

  static int integer(JsonNode node, String member) {
    long value = Json.number(node, member);
    if (value != (int) value) {
      throw malformed(member, "a whole number of 32 bits", Long.toString(value));
    }
    return (int) value;
  }

  static Duration nanos(JsonNode node, String member) {
    return Duration.ofNanos(Json.number(node, member));
  }

  /** The duration in whole milliseconds, rounded up so that a wait is never cut short. */
  static long millis(Duration duration) {
    if (duration.compareTo(LONGEST) >= 0) {
      return Long.MAX_VALUE;
    }
    long millis = duration.toMillis();
    return Duration.ofMillis(millis).compareTo(duration) < 0 ? millis + 1 : millis;
  }

  static ObjectNode texts(Map<String, String> texts) {
    ObjectNode object = Json.object();
    new TreeMap<>(texts).forEach(object::put);
    return object;
  }

  static Map<String, String> texts(JsonNode node, String member) {
    ObjectNode object = Json.object(node, member);
    if (object.isEmpty()) {
      return Map.of();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    object.fieldNames().forEachRemaining(name -> texts.put(name, Json.text(object, name)));
    return texts;
  }

  static MalformedReplyException malformed(String member, String wanted, String text) {
    return new MalformedReplyException(
        "member '" + member + "' should be " + wanted + ", but it is '" + text + "'");
  }
}
