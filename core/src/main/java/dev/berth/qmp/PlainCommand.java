package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;

/** A command without arguments whose reply is taken as it is: what this package itself sends. */
record PlainCommand(String command) implements QmpCommand<JsonNode> {
  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public JsonNode decode(JsonNode value) {
    return value;
  }
}
