package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Adds a network backend.
 *
 * <p>QAPI {@code netdev_add}, net.json; since 0.14.
 *
 * @param options QAPI {@code Netdev}: {@code type}, {@code id} and what the type takes
 */
public record NetdevAdd(ObjectNode options) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "netdev_add";
  }

  @Override
  public ObjectNode arguments() {
    return options.deepCopy();
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
