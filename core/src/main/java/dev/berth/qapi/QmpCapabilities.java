package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends the handshake. {@link dev.berth.qmp.QmpLoop#connect} has sent it already; QEMU refuses it a
 * second time.
 *
 * <p>QAPI {@code qmp_capabilities}, control.json; since 0.13.
 *
 * @param enable QAPI {@code QMPCapability} values to enable; since 2.12
 */
public record QmpCapabilities(List<String> enable) implements QmpCommand<@Nullable Void> {

  /** A command whose list nobody changes any more. */
  public QmpCapabilities {
    enable = List.copyOf(enable);
  }

  @Override
  public String command() {
    return "qmp_capabilities";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    if (!enable.isEmpty()) {
      ArrayNode array = arguments.putArray("enable");
      enable.forEach(array::add);
    }
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
