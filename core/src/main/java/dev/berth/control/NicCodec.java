package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.NicSummary;
import dev.berth.json.Json;
import java.util.List;

/**
 * Network interfaces of a domain as JSON, on the wire and for programs that read {@code vmctl -o
 * json}.
 */
public final class NicCodec {
  private NicCodec() {}

  /** Interfaces, in their order. */
  public static ArrayNode write(List<NicSummary> nics) {
    ArrayNode array = Json.array();
    nics.forEach(nic -> array.add(write(nic)));
    return array;
  }

  static List<NicSummary> list(JsonNode node) {
    return Json.elements(node).stream().map(NicCodec::read).toList();
  }

  private static ObjectNode write(NicSummary nic) {
    ObjectNode node = Json.object();
    node.put("name", nic.name());
    node.put("network", nic.network());
    nic.mac().ifPresent(mac -> node.put("mac", mac));
    nic.servedBy().ifPresent(by -> node.put("servedBy", by));
    nic.servedReason().ifPresent(reason -> node.put("servedReason", reason));
    DeviceFields.write(node, nic.scope(), nic.place(), nic.leaving());
    return node;
  }

  private static NicSummary read(JsonNode node) {
    return new NicSummary(
        Json.text(node, "name"),
        Json.text(node, "network"),
        Json.optionalText(node, "mac"),
        Json.optionalText(node, "servedBy"),
        Json.optionalText(node, "servedReason"),
        DeviceFields.scope(node),
        DeviceFields.place(node),
        DeviceFields.leaving(node));
  }
}
