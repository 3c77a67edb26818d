package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the CPU models.
 *
 * <p>QAPI {@code query-cpu-definitions}, machine-target.json; since 1.2.
 */
public record QueryCpuDefinitions() implements QmpCommand<List<CpuDefinitionInfo>> {
  @Override
  public String command() {
    return "query-cpu-definitions";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<CpuDefinitionInfo> decode(JsonNode value) {
    return Decoding.list(value, CpuDefinitionInfo::decode);
  }
}
