package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * What this QEMU emulates.
 *
 * <p>QAPI {@code TargetInfo}, machine.json; since 1.2.
 *
 * @param arch QAPI {@code SysEmuTarget}, e.g. {@code x86_64}
 */
public record TargetInfo(String arch) {

  static TargetInfo decode(JsonNode value) {
    return new TargetInfo(Json.text(value, "arch"));
  }
}
