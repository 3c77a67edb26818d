package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.json.Json;
import java.util.Optional;

/** Events as JSON, on the wire and for programs that read {@code vmctl events -o json}. */
public final class EventCodec {
  private EventCodec() {}

  /** An event as a JSON object. */
  public static ObjectNode write(DomainEvent event) {
    ObjectNode node = Json.object();
    node.put("sequence", event.sequence());
    node.put("time", event.time().toString());
    event.domain().ifPresent(uuid -> node.put("domain", uuid.toString()));
    event.name().ifPresent(name -> node.put("name", name));
    node.put("type", event.type());
    node.put("actor", event.actor());
    node.set("attributes", WireValue.texts(event.attributes()));
    return node;
  }

  static ObjectNode write(EventRange range) {
    return Json.object().put("oldest", range.oldest()).put("newest", range.newest());
  }

  static EventRange range(JsonNode node) {
    return new EventRange(Json.number(node, "oldest"), Json.number(node, "newest"));
  }

  static DomainEvent read(JsonNode node) {
    return new DomainEvent(
        Json.number(node, "sequence"),
        WireValue.instant(node, "time"),
        node.has("domain") ? Optional.of(WireValue.uuid(node, "domain")) : Optional.empty(),
        Json.optionalText(node, "name"),
        Json.text(node, "type"),
        Json.text(node, "actor"),
        WireValue.texts(node, "attributes"));
  }
}
