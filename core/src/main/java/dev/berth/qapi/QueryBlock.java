package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the disks and drives of the guest.
 *
 * <p>QAPI {@code query-block}, block.json; since 0.14.
 */
public record QueryBlock() implements QmpCommand<List<BlockInfo>> {
  @Override
  public String command() {
    return "query-block";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<BlockInfo> decode(JsonNode value) {
    return Decoding.list(value, BlockInfo::decode);
  }
}
