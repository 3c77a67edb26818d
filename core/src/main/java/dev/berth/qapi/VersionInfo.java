package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;

/**
 * The version of QEMU.
 *
 * <p>QAPI {@code VersionInfo}, control.json; since 0.14.
 *
 * @param qemu QEMU's own version
 * @param packageVersion the packager's version, may be empty
 */
public record VersionInfo(VersionTriple qemu, String packageVersion) {

  static VersionInfo decode(JsonNode value) {
    return new VersionInfo(
        VersionTriple.decode(Json.object(value, "qemu")), Json.text(value, "package"));
  }
}
