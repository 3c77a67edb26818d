package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qmp.QmpCommand;
import java.util.List;

/**
 * Lists what {@code yank} can cut. Allowed out of band.
 *
 * <p>QAPI {@code query-yank}, yank.json; since 6.0.
 */
public record QueryYank() implements QmpCommand<List<YankInstance>> {
  @Override
  public String command() {
    return "query-yank";
  }

  @Override
  public ObjectNode arguments() {
    return Json.object();
  }

  @Override
  public List<YankInstance> decode(JsonNode value) {
    return Decoding.list(value, YankInstance::decode);
  }
}
