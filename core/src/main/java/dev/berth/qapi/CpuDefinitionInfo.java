package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * One CPU model of this QEMU.
 *
 * <p>QAPI {@code CpuDefinitionInfo}, machine-target.json; since 1.2.
 *
 * @param name its name, e.g. {@code Skylake-Server-v4}
 * @param migrationSafe whether it is the same on other hosts; since 2.8
 * @param isStatic whether it never changes with the machine type; since 2.8
 * @param unavailableFeatures what this host lacks to run it, if asked of a running accelerator;
 *     since 2.8
 * @param typename its QOM type; since 2.9
 * @param aliasOf the versioned model behind an unversioned name; since 4.2
 * @param deprecated whether it will go away; since 5.2
 */
public record CpuDefinitionInfo(
    String name,
    Optional<Boolean> migrationSafe,
    boolean isStatic,
    List<String> unavailableFeatures,
    String typename,
    Optional<String> aliasOf,
    boolean deprecated) {

  static CpuDefinitionInfo decode(JsonNode value) {
    return new CpuDefinitionInfo(
        Json.text(value, "name"),
        Json.optionalFlag(value, "migration-safe"),
        Json.flag(value, "static"),
        Decoding.texts(value.path("unavailable-features")),
        Json.text(value, "typename"),
        Json.optionalText(value, "alias-of"),
        Json.flag(value, "deprecated"));
  }
}
