package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the sets of descriptors.
 *
 * <p>QAPI {@code query-fdsets}, misc.json; since 1.2.
 */
public record QueryFdsets() implements QmpCommand<List<FdsetInfo>> {
  @Override
  public String command() {
    return "query-fdsets";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<FdsetInfo> decode(JsonNode value) {
    return Decoding.list(value, FdsetInfo::decode);
  }
}
