package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Removes a network backend.
 *
 * <p>QAPI {@code netdev_del}, net.json; since 0.14.
 *
 * @param id its id
 */
public record NetdevDel(String id) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "netdev_del";
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
