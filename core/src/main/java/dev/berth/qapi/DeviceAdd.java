package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Adds a device.
 *
 * <p>QAPI {@code device_add}, qdev.json; since 0.13.
 *
 * @param driver its type, e.g. {@code virtio-blk-pci}
 * @param id its id; without one it can only be named by its QOM path
 * @param bus the bus; one that fits when null
 * @param properties the device's own properties
 */
public record DeviceAdd(
    String driver, @Nullable String id, @Nullable String bus, ObjectNode properties)
    implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "device_add";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = properties.deepCopy();
    arguments.put("driver", driver);
    if (id != null) {
      arguments.put("id", id);
    }
    if (bus != null) {
      arguments.put("bus", bus);
    }
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
