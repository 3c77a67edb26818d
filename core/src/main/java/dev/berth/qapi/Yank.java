package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts connections that hang, and with them what waits for them. Allowed out of band.
 *
 * <p>QAPI {@code yank}, yank.json; since 6.0.
 *
 * @param instances which
 */
public record Yank(List<YankInstance> instances) implements QmpCommand<@Nullable Void> {

  /** A command whose list nobody changes any more. */
  public Yank {
    instances = List.copyOf(instances);
  }

  @Override
  public String command() {
    return "yank";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    ArrayNode array = arguments.putArray("instances");
    instances.forEach(instance -> array.add(instance.encode()));
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
