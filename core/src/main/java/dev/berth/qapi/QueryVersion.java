package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks for the version.
 *
 * <p>QAPI {@code query-version}, control.json; since 0.14.
 */
public record QueryVersion() implements QmpCommand<VersionInfo> {
  @Override
  public String command() {
    return "query-version";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public VersionInfo decode(JsonNode value) {
    return VersionInfo.decode(value);
  }
}
