package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainSnapshot;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * What calls give back, as JSON, on the wire and for programs that read {@code vmctl -o json}.
 *
 * <p>An effect that this version does not know reads as the one after which a caller looks twice:
 * {@link VerbResult.Effect#CHANGED}, {@link DefineResult.Effect#REPLACED}.
 */
public final class ResultCodec {
  /** Bytes in one text; a multiple of 3, so that only the last text has padding. */
  private static final int CHUNK_BYTES = 3 * 256 * 1024;

  private ResultCodec() {}

  /** How a verb ended. */
  public static ObjectNode write(VerbResult result) {
    ObjectNode node = Json.object();
    node.put("effect", WireText.of(result.effect()));
    node.put("detail", result.detail());
    node.set("snapshot", DomainCodec.write(result.snapshot()));
    return node;
  }

  static VerbResult verb(JsonNode node) {
    return new VerbResult(
        WireText.parse(VerbResult.Effect.class, Json.text(node, "effect"))
            .orElse(VerbResult.Effect.CHANGED),
        Json.text(node, "detail"),
        DomainCodec.read(Json.object(node, "snapshot")));
  }

  /** What a definition led to. */
  public static ObjectNode write(DefineResult result) {
    ObjectNode node = Json.object();
    node.put("effect", WireText.of(result.effect()));
    node.set("snapshot", DomainCodec.write(result.snapshot()));
    return node;
  }

  static DefineResult define(JsonNode node) {
    return new DefineResult(
        WireText.parse(DefineResult.Effect.class, Json.text(node, "effect"))
            .orElse(DefineResult.Effect.REPLACED),
        DomainCodec.read(Json.object(node, "snapshot")));
  }

  /** A definition and its revision; the definition stays the text it is. */
  public static ObjectNode write(DefinitionView view) {
    ObjectNode node = Json.object();
    node.put("revision", view.revision());
    node.put("json", view.json());
    return node;
  }

  static DefinitionView definition(JsonNode node) {
    return new DefinitionView(Json.number(node, "revision"), Json.text(node, "json"));
  }

  /** Snapshots, in their order. */
  public static ArrayNode write(List<DomainSnapshot> snapshots) {
    ArrayNode array = Json.array();
    snapshots.forEach(snapshot -> array.add(DomainCodec.write(snapshot)));
    return array;
  }

  static List<DomainSnapshot> snapshots(JsonNode node) {
    List<DomainSnapshot> snapshots = new ArrayList<>();
    for (JsonNode element : Json.elements(node)) {
      snapshots.add(DomainCodec.read(element));
    }
    return List.copyOf(snapshots);
  }

  /** Bytes in base64, in pieces that stay below the longest text of a JSON reader. */
  static ObjectNode bytes(byte[] bytes) {
    ObjectNode node = Json.object();
    ArrayNode chunks = node.putArray("base64");
    for (int from = 0; from < bytes.length; from += CHUNK_BYTES) {
      int to = Math.min(bytes.length, from + CHUNK_BYTES);
      chunks.add(Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, from, to)));
    }
    return node;
  }

  static byte[] bytes(JsonNode node) {
    var bytes = new ByteArrayOutputStream();
    for (JsonNode chunk : Json.array(node, "base64")) {
      try {
        bytes.writeBytes(Base64.getDecoder().decode(chunk.asText()));
      } catch (IllegalArgumentException e) {
        throw WireValue.malformed("base64", "texts in base64", e.getMessage());
      }
    }
    return bytes.toByteArray();
  }
}
