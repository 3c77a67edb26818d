package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A command of any name whose reply is taken as it is. */
public record RawCommand(String command, ObjectNode arguments) implements QmpCommand<JsonNode> {
  @Override
  public JsonNode decode(JsonNode value) {
    return value;
  }
}
