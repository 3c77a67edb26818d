package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the nodes of the block graph, each without the chain behind it ({@code flat}, since 5.0).
 *
 * <p>QAPI {@code query-named-block-nodes}, block-core.json; since 2.0.
 */
public record QueryNamedBlockNodes() implements QmpCommand<List<BlockDeviceInfo>> {
  @Override
  public String command() {
    return "query-named-block-nodes";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object().put("flat", true);
  }

  @Override
  public List<BlockDeviceInfo> decode(JsonNode value) {
    return Decoding.list(value, BlockDeviceInfo::decode);
  }
}
