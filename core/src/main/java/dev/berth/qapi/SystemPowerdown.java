package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Presses the power button: the guest may obey.
 *
 * <p>QAPI {@code system_powerdown}, machine.json; since 0.14.
 */
public record SystemPowerdown() implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "system_powerdown";
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
