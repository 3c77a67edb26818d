package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.List;
import java.util.function.Function;

/** Lists in replies. */
final class Decoding {
  private Decoding() {}

  /** The texts of an array; none when there is no such array. */
  static List<String> texts(JsonNode array) {
    return list(array, JsonNode::asText);
  }

  /** The decoded elements of an array; none when there is no such array. */
  static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
    if (array.isMissingNode()) {
      return List.of();
    }
    return Json.elements(array).stream().map(element).toList();
  }
}
