package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the descriptor that comes with it under a name of this monitor, until a command takes it or
 * {@code closefd}.
 *
 * <p>QAPI {@code getfd}, misc.json; since 0.14.
 *
 * @param fdname the name; one that was in use is replaced
 */
public record Getfd(String fdname) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "getfd";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    arguments.put("fdname", fdname);
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
