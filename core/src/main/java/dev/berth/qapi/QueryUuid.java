package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks for the UUID that the guest sees.
 *
 * <p>QAPI {@code query-uuid}, machine.json; since 0.14.
 */
public record QueryUuid() implements QmpCommand<UuidInfo> {
  @Override
  public String command() {
    return "query-uuid";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public UuidInfo decode(JsonNode value) {
    return UuidInfo.decode(value);
  }
}
