package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * Whether KVM is there and used.
 *
 * <p>QAPI {@code KvmInfo}, misc.json; since 0.14.
 *
 * @param enabled whether this QEMU runs on KVM
 * @param present whether this QEMU was built with it
 */
public record KvmInfo(boolean enabled, boolean present) {

  static KvmInfo decode(JsonNode value) {
    return new KvmInfo(Json.flag(value, "enabled"), Json.flag(value, "present"));
  }
}
