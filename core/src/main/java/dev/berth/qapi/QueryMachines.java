package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the machine types.
 *
 * <p>QAPI {@code query-machines}, machine.json; since 1.2.
 */
public record QueryMachines() implements QmpCommand<List<MachineInfo>> {
  @Override
  public String command() {
    return "query-machines";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<MachineInfo> decode(JsonNode value) {
    return Decoding.list(value, MachineInfo::decode);
  }
}
