package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Removes a character device that nothing uses.
 *
 * <p>QAPI {@code chardev-remove}, char.json; since 1.4.
 *
 * @param id its id
 */
public record ChardevRemove(String id) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "chardev-remove";
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
