package dev.berth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.LatencyBounds;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Bounds of latencies by themselves: what {@code latency-histogram} of a disk is in a definition.
 */
public final class LatencyDocument {
  private static final Key<LatencyBounds, LatencyBounds> BOUNDS =
      Key.required(
          DiskSection.LATENCY_HISTOGRAM,
          new LatencyType(),
          DiskSection.LATENCY_HISTOGRAM + ": true",
          bounds -> bounds,
          "The bounds.");

  private static final Section<LatencyBounds> SECTION =
      new Section<>(
          "a latency histogram",
          List.of(BOUNDS),
          (values, place) -> {},
          values -> values.of(BOUNDS),
          schema -> {});

  private LatencyDocument() {}

  /**
   * The bounds that stand there.
   *
   * @param origin where that is, for messages
   * @throws InvalidDefinitionException when these are none
   */
  public static LatencyBounds read(JsonNode bounds, String origin) {
    JsonNode document = Json.object().set(DiskSection.LATENCY_HISTOGRAM, bounds);
    return DefinitionReader.read(
        SECTION, new DefinitionDocument(Json.text(document), origin, Path.of("/")));
  }

  /** The bounds for people. */
  public static String text(LatencyBounds bounds) {
    return bounds.isOn()
        ? bounds.bounds().stream().map(LatencyType::text).collect(Collectors.joining(" "))
        : "none";
  }

  /** A bound for people, in the largest unit that divides it. */
  public static String text(Duration bound) {
    return LatencyType.text(bound);
  }

  /** The bounds as JSON: true for the usual ones, false for none. */
  public static JsonNode write(LatencyBounds bounds) {
    return new LatencyType().write(bounds);
  }
}
