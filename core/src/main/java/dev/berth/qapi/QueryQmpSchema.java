package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks for the description of all commands, events and types: some 200 KB.
 *
 * <p>QAPI {@code query-qmp-schema}, introspect.json; since 2.5.
 */
public record QueryQmpSchema() implements QmpCommand<JsonNode> {
  @Override
  public String command() {
    return "query-qmp-schema";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public JsonNode decode(JsonNode value) {
    return value;
  }
}
