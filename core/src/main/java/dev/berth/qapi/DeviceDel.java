package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the removal of a device, which the guest must grant: the event {@code DEVICE_DELETED}
 * tells that it is gone.
 *
 * <p>QAPI {@code device_del}, qdev.json; since 0.14.
 *
 * @param id its id or QOM path
 */
public record DeviceDel(String id) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "device_del";
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
