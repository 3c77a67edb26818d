package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the virtual CPUs without disturbing them.
 *
 * <p>QAPI {@code query-cpus-fast}, machine.json; since 2.12.
 */
public record QueryCpusFast() implements QmpCommand<List<CpuInfoFast>> {
  @Override
  public String command() {
    return "query-cpus-fast";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<CpuInfoFast> decode(JsonNode value) {
    return Decoding.list(value, CpuInfoFast::decode);
  }
}
