package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * The UUID that the guest sees.
 *
 * <p>QAPI {@code UuidInfo}, machine.json; since 0.14.
 *
 * @param uuid the UUID; all zeros when QEMU was given none
 */
public record UuidInfo(String uuid) {

  static UuidInfo decode(JsonNode value) {
    return new UuidInfo(Json.text(value, "UUID"));
  }
}
