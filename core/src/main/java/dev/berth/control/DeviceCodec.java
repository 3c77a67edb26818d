package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.DeviceSummary;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.util.List;

/**
 * Other devices of a domain as JSON, on the wire and for programs that read {@code vmctl -o json}.
 */
public final class DeviceCodec {
  private DeviceCodec() {}

  /** Devices, in their order. */
  public static ArrayNode write(List<DeviceSummary> devices) {
    ArrayNode array = Json.array();
    devices.forEach(device -> array.add(write(device)));
    return array;
  }

  static List<DeviceSummary> list(JsonNode node) {
    return Json.elements(node).stream().map(DeviceCodec::read).toList();
  }

  private static ObjectNode write(DeviceSummary device) {
    ObjectNode node = Json.object().put("name", device.name()).put("kind", device.kind());
    DeviceFields.write(node, device.scope(), device.place(), device.leaving());
    device.socket().ifPresent(socket -> node.put("socket", socket.toString()));
    return node;
  }

  private static DeviceSummary read(JsonNode node) {
    return new DeviceSummary(
        Json.text(node, "name"),
        Json.text(node, "kind"),
        DeviceFields.scope(node),
        DeviceFields.place(node),
        Json.optionalText(node, "socket").map(Path::of),
        DeviceFields.leaving(node));
  }
}
