package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Adds a node to the block graph.
 *
 * <p>QAPI {@code blockdev-add}, block-core.json; since 2.9.
 *
 * @param options QAPI {@code BlockdevOptions}: {@code driver}, {@code node-name} and what the
 *     driver takes
 */
public record BlockdevAdd(ObjectNode options) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "blockdev-add";
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
