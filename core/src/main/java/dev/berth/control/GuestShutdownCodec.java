package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.GuestShutdown;
import dev.berth.json.Json;
import java.util.List;

/**
 * What became of guests that were shut down, as JSON, on the wire and for programs that read {@code
 * vmctl -o json}. An outcome that this version does not know reads as {@link
 * GuestShutdown.Outcome#LEFT}, after which a caller looks.
 */
public final class GuestShutdownCodec {
  private GuestShutdownCodec() {}

  /** The outcomes, in their order. */
  public static ArrayNode write(List<GuestShutdown> guests) {
    ArrayNode array = Json.array();
    guests.forEach(guest -> array.add(write(guest)));
    return array;
  }

  /** One outcome. */
  public static ObjectNode write(GuestShutdown guest) {
    ObjectNode node = Json.object();
    node.put("outcome", WireText.of(guest.outcome()));
    node.put("detail", guest.detail());
    node.set("snapshot", DomainCodec.write(guest.snapshot()));
    return node;
  }

  static List<GuestShutdown> read(JsonNode node) {
    return Json.elements(node).stream().map(GuestShutdownCodec::guest).toList();
  }

  private static GuestShutdown guest(JsonNode node) {
    return new GuestShutdown(
        WireText.parse(GuestShutdown.Outcome.class, Json.text(node, "outcome"))
            .orElse(GuestShutdown.Outcome.LEFT),
        Json.text(node, "detail"),
        DomainCodec.read(Json.object(node, "snapshot")));
  }
}
