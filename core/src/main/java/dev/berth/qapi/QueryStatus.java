package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks whether the guest runs.
 *
 * <p>QAPI {@code query-status}, run-state.json; since 0.14.
 */
public record QueryStatus() implements QmpCommand<StatusInfo> {
  @Override
  public String command() {
    return "query-status";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public StatusInfo decode(JsonNode value) {
    return StatusInfo.decode(value);
  }
}
