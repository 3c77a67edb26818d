package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Removes a node that nothing uses.
 *
 * <p>QAPI {@code blockdev-del}, block-core.json; since 2.9.
 *
 * @param nodeName which
 */
public record BlockdevDel(String nodeName) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "blockdev-del";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    arguments.put("node-name", nodeName);
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
