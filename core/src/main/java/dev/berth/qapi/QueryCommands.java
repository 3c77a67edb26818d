package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists the commands.
 *
 * <p>QAPI {@code query-commands}, control.json; since 0.14.
 */
public record QueryCommands() implements QmpCommand<List<CommandInfo>> {
  @Override
  public String command() {
    return "query-commands";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<CommandInfo> decode(JsonNode value) {
    return Decoding.list(value, CommandInfo::decode);
  }
}
