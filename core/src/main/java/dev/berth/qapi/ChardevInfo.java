package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * One character device.
 *
 * <p>QAPI {@code ChardevInfo}, char.json; since 0.14.
 *
 * @param label its id
 * @param filename what it is connected to, for people
 * @param frontendOpen whether the guest has opened the port; since 2.1
 */
public record ChardevInfo(String label, String filename, boolean frontendOpen) {

  static ChardevInfo decode(JsonNode value) {
    return new ChardevInfo(
        Json.text(value, "label"), Json.text(value, "filename"), Json.flag(value, "frontend-open"));
  }
}
