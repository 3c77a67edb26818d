package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * What became of a new character device.
 *
 * <p>QAPI {@code ChardevReturn}, char.json; since 1.4.
 *
 * @param pty the terminal that was made, for the {@code pty} backend
 */
public record ChardevReturn(Optional<String> pty) {

  static ChardevReturn decode(JsonNode value) {
    return new ChardevReturn(Json.optionalText(value, "pty"));
  }
}
