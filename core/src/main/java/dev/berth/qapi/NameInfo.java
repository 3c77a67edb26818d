package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * The name that QEMU was given.
 *
 * <p>QAPI {@code NameInfo}, misc.json; since 0.14.
 *
 * @param name the name, if it was given one
 */
public record NameInfo(Optional<String> name) {

  static NameInfo decode(JsonNode value) {
    return new NameInfo(Json.optionalText(value, "name"));
  }
}
