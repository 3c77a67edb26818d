package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.util.Optional;

/**
 * One disk or drive of the guest, as far as Berth reads it.
 *
 * <p>QAPI {@code BlockInfo}, block-core.json; since 0.14.
 *
 * @param device the backend of a {@code -drive}, empty for a {@code blockdev}
 * @param qdev id or QOM path of the device; since 2.10
 * @param removable whether its medium can be changed
 * @param locked whether the guest holds the medium
 * @param inserted the medium
 * @param trayOpen whether its tray is open, if it has one
 * @param ioStatus whether it works, on devices that tell
 */
public record BlockInfo(
    String device,
    Optional<String> qdev,
    boolean removable,
    boolean locked,
    Optional<BlockDeviceInfo> inserted,
    Optional<Boolean> trayOpen,
    Optional<BlockDeviceIoStatus> ioStatus) {

  static BlockInfo decode(JsonNode value) {
    return new BlockInfo(
        Json.text(value, "device"),
        Json.optionalText(value, "qdev"),
        Json.flag(value, "removable"),
        Json.flag(value, "locked"),
        Json.optionalObject(value, "inserted").map(BlockDeviceInfo::decode),
        Json.optionalFlag(value, "tray_open"),
        Json.optionalText(value, "io-status").map(BlockDeviceIoStatus::new));
  }
}
