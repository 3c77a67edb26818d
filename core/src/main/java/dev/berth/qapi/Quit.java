package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Ends QEMU, which may hang up without a reply: {@link dev.berth.qmp.QmpConnection#quit()} takes
 * care of that.
 *
 * <p>QAPI {@code quit}, control.json; since 0.14.
 */
public record Quit() implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "quit";
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
