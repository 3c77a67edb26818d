package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.GuestCpu;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What guests' CPUs are, as JSON between hosts, in files and on record. */
public final class GuestCpuCodec {
  private GuestCpuCodec() {}

  /** The CPU as it goes on record. */
  public static String text(GuestCpu cpu) {
    return Json.text(write(cpu));
  }

  /** The one that {@link #text} made that from; unknown when it is none. */
  public static GuestCpu ofText(String text) {
    try {
      return text.isEmpty() ? GuestCpu.UNKNOWN : read(Json.read(text));
    } catch (IOException | MalformedReplyException unreadable) {
      return GuestCpu.UNKNOWN;
    }
  }

  static ObjectNode write(GuestCpu cpu) {
    ObjectNode node = Json.object().put("vendor", cpu.vendor());
    ObjectNode features = node.putObject("features");
    new TreeMap<>(cpu.features()).forEach(features::put);
    return node;
  }

  /**
   * The CPU that {@link #write} made that from.
   *
   * @throws MalformedReplyException when it is none
   */
  static GuestCpu read(JsonNode node) {
    ObjectNode told = Json.object(node, "features");
    Map<String, Boolean> features = new HashMap<>();
    told.fieldNames().forEachRemaining(name -> features.put(name, Json.flag(told, name)));
    return new GuestCpu(Json.text(node, "vendor"), features);
  }
}
