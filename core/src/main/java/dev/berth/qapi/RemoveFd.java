package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Takes descriptors out of a set.
 *
 * <p>QAPI {@code remove-fd}, misc.json; since 1.2.
 *
 * @param fdsetId the set
 * @param fd which, by its number in QEMU's process; all when null
 */
public record RemoveFd(long fdsetId, @Nullable Long fd) implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "remove-fd";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    arguments.put("fdset-id", fdsetId);
    if (fd != null) {
      arguments.put("fd", fd);
    }
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
