package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Removes an object that nothing uses.
 *
 * <p>QAPI {@code object-del}, qom.json; since 2.0.
 *
 * @param id its id
 */
public record ObjectDel(String id) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "object-del";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    arguments.put("id", id);
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
