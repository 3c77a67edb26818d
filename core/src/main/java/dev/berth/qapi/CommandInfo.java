package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * One command that this QEMU has.
 *
 * <p>QAPI {@code CommandInfo}, control.json; since 0.14.
 *
 * @param name its name
 */
public record CommandInfo(String name) {

  static CommandInfo decode(JsonNode value) {
    return new CommandInfo(Json.text(value, "name"));
  }
}
