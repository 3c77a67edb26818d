package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Puts the descriptor that comes with it into a set, from which {@code /dev/fdset/N} opens it.
 *
 * <p>QAPI {@code add-fd}, misc.json; since 1.2.
 *
 * @param fdsetId the set; a new one when null
 * @param opaque a note that {@code query-fdsets} shows
 */
public record AddFd(@Nullable Long fdsetId, @Nullable String opaque)
    implements QmpCommand<AddfdInfo> {
  @Override
  public String command() {
    return "add-fd";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    if (fdsetId != null) {
      arguments.put("fdset-id", fdsetId);
    }
    if (opaque != null) {
      arguments.put("opaque", opaque);
    }
    return arguments;
  }

  @Override
  public AddfdInfo decode(JsonNode value) {
    return AddfdInfo.decode(value);
  }
}
