package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Closes a descriptor that {@code getfd} kept and no command has taken.
 *
 * <p>QAPI {@code closefd}, misc.json; since 0.14.
 *
 * @param fdname its name
 */
public record Closefd(String fdname) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "closefd";
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
