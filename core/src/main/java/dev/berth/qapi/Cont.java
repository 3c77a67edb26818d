package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Lets the guest run. The event {@code RESUME} tells that it does, and can come before the reply.
 *
 * <p>QAPI {@code cont}, misc.json; since 0.14.
 */
public record Cont() implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "cont";
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
