package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.DiskSummary;
import dev.berth.json.Json;
import java.util.List;

/** Disks of a domain as JSON, on the wire and for programs that read {@code vmctl -o json}. */
public final class DiskCodec {
  private DiskCodec() {}

  /** Disks, in their order. */
  public static ArrayNode write(List<DiskSummary> disks) {
    ArrayNode array = Json.array();
    disks.forEach(disk -> array.add(write(disk)));
    return array;
  }

  static List<DiskSummary> list(JsonNode node) {
    return Json.elements(node).stream().map(DiskCodec::read).toList();
  }

  private static ObjectNode write(DiskSummary disk) {
    ObjectNode node = Json.object();
    node.put("name", disk.name());
    node.put("device", disk.device());
    disk.source().ifPresent(source -> node.put("source", source));
    DeviceFields.write(node, disk.scope(), disk.place(), disk.leaving());
    return node;
  }

  private static DiskSummary read(JsonNode node) {
    return new DiskSummary(
        Json.text(node, "name"),
        Json.text(node, "device"),
        Json.optionalText(node, "source"),
        DeviceFields.scope(node),
        DeviceFields.place(node),
        DeviceFields.leaving(node));
  }
}
