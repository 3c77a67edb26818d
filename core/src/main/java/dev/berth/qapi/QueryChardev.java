package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the character devices.
 *
 * <p>QAPI {@code query-chardev}, char.json; since 0.14.
 */
public record QueryChardev() implements QmpCommand<List<ChardevInfo>> {
  @Override
  public String command() {
    return "query-chardev";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<ChardevInfo> decode(JsonNode value) {
    return Decoding.list(value, ChardevInfo::decode);
  }
}
