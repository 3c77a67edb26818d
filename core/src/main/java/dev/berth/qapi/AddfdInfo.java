package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * Where a descriptor went.
 *
 * <p>QAPI {@code AddfdInfo}, misc.json; since 1.2.
 *
 * @param fdsetId the set it belongs to
 * @param fd its number in QEMU's process
 */
public record AddfdInfo(long fdsetId, long fd) {

  static AddfdInfo decode(JsonNode value) {
    return new AddfdInfo(Json.number(value, "fdset-id"), Json.number(value, "fd"));
  }
}
