package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks for the name that QEMU was given.
 *
 * <p>QAPI {@code query-name}, misc.json; since 0.14.
 */
public record QueryName() implements QmpCommand<NameInfo> {
  @Override
  public String command() {
    return "query-name";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public NameInfo decode(JsonNode value) {
    return NameInfo.decode(value);
  }
}
