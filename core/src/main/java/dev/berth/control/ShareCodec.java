package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.host.ShareSummary;
import dev.berth.json.Json;
import java.nio.file.Path;
import java.util.List;

/** Shares of a domain as JSON, on the wire and for programs that read {@code vmctl -o json}. */
public final class ShareCodec {
  private ShareCodec() {}

  /** Shares, in their order. */
  public static ArrayNode write(List<ShareSummary> shares) {
    ArrayNode array = Json.array();
    shares.forEach(share -> array.add(write(share)));
    return array;
  }

  static List<ShareSummary> list(JsonNode node) {
    return Json.elements(node).stream().map(ShareCodec::read).toList();
  }

  private static ObjectNode write(ShareSummary share) {
    ObjectNode node = Json.object();
    node.put("name", share.name());
    node.put("tag", share.tag());
    share.source().ifPresent(source -> node.put("source", source.toString()));
    node.put("lost", share.lost());
    DeviceFields.write(node, share.scope(), share.place(), share.leaving());
    return node;
  }

  private static ShareSummary read(JsonNode node) {
    return new ShareSummary(
        Json.text(node, "name"),
        Json.text(node, "tag"),
        Json.optionalText(node, "source").map(Path::of),
        Json.flag(node, "lost"),
        DeviceFields.scope(node),
        DeviceFields.place(node),
        DeviceFields.leaving(node));
  }
}
