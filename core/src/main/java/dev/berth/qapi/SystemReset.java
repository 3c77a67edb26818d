package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Resets the machine, soon: the event {@code RESET} tells that it has. Under {@code -no-reboot}
 * QEMU exits.
 *
 * <p>QAPI {@code system_reset}, machine.json; since 0.14.
 */
public record SystemReset() implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "system_reset";
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
