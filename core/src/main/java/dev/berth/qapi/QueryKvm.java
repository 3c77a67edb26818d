package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;

/**
 * Asks whether KVM is there and used.
 *
 * <p>QAPI {@code query-kvm}, misc.json; since 0.14.
 */
public record QueryKvm() implements QmpCommand<KvmInfo> {
  @Override
  public String command() {
    return "query-kvm";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public KvmInfo decode(JsonNode value) {
    return KvmInfo.decode(value);
  }
}
