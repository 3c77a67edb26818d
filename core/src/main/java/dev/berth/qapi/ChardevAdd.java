package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Makes a character device.
 *
 * <p>QAPI {@code chardev-add}, char.json; since 1.4.
 *
 * @param id its id
 * @param backend QAPI {@code ChardevBackend}: {@code type} and {@code data}
 */
public record ChardevAdd(String id, ObjectNode backend) implements QmpCommand<ChardevReturn> {
  @Override
  public String command() {
    return "chardev-add";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = Json.object();
    arguments.put("id", id);
    arguments.set("backend", backend);
    return arguments;
  }

  @Override
  public ChardevReturn decode(JsonNode value) {
    return ChardevReturn.decode(value);
  }
}
