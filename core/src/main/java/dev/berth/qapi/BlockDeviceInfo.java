package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * One node of the block graph, as far as Berth reads it.
 *
 * <p>QAPI {@code BlockDeviceInfo}, block-core.json; since 0.14.
 *
 * @param nodeName its name, if it has one; since 2.0
 * @param file its file name as QEMU knows it
 * @param ro whether it is read-only
 * @param drv its driver, e.g. {@code qcow2}
 * @param backingFile the file behind it
 */
public record BlockDeviceInfo(
    Optional<String> nodeName, String file, boolean ro, String drv, Optional<String> backingFile) {

  static BlockDeviceInfo decode(JsonNode value) {
    return new BlockDeviceInfo(
        Json.optionalText(value, "node-name"),
        Json.text(value, "file"),
        Json.flag(value, "ro"),
        Json.text(value, "drv"),
        Json.optionalText(value, "backing_file"));
  }
}
