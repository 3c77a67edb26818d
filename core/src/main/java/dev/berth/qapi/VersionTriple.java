package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * A version in three numbers.
 *
 * <p>QAPI {@code VersionTriple}, control.json; since 2.4.
 *
 * @param major the first number
 * @param minor the second
 * @param micro the third; 50 and up on development builds
 */
public record VersionTriple(long major, long minor, long micro) {

  static VersionTriple decode(JsonNode value) {
    return new VersionTriple(
        Json.number(value, "major"), Json.number(value, "minor"), Json.number(value, "micro"));
  }
}
