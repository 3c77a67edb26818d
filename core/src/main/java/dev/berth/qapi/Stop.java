package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Stops the guest. The event {@code STOP} tells that it has.
 *
 * <p>QAPI {@code stop}, misc.json; since 0.14.
 */
public record Stop() implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "stop";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
