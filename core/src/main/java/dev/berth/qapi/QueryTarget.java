package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks what this QEMU emulates.
 *
 * <p>QAPI {@code query-target}, machine.json; since 1.2.
 */
public record QueryTarget() implements QmpCommand<TargetInfo> {
  @Override
  public String command() {
    return "query-target";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public TargetInfo decode(JsonNode value) {
    return TargetInfo.decode(value);
  }
}
