package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import org.jspecify.annotations.Nullable;

/** QAPI {@code qmp_capabilities}, as the handshake needs it. */
record Negotiate(boolean outOfBand) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "qmp_capabilities";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    if (outOfBand) {
      arguments.putArray("enable").add(QmpGreeting.OOB);
    }
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
