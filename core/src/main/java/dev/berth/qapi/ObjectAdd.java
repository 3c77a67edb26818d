package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qmp.QmpCommand;
import org.jspecify.annotations.Nullable;

/**
 * Makes an object. Before 6.0 the properties go into a member {@code props} of their own.
 *
 * <p>QAPI {@code object-add}, qom.json; since 2.0.
 *
 * @param qomType its type, e.g. {@code rng-random}
 * @param id its id
 * @param properties the object's own properties
 */
public record ObjectAdd(String qomType, String id, ObjectNode properties)
    implements QmpCommand<@Nullable Void> {
  @Override
  public String command() {
    return "object-add";
  }

  @Override
  public ObjectNode arguments() {
    ObjectNode arguments = properties.deepCopy();
    arguments.put("qom-type", qomType);
    arguments.put("id", id);
    return arguments;
  }

  @Override
  public @Nullable Void decode(JsonNode value) {
    return null;
  }
}
