package dev.berth.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.backup.KnownBackup.Chain;
import dev.berth.backup.KnownBackup.State;
import dev.berth.error.InvalidRequestException;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Known backups as JSON: on the wire, and for programs that read {@code vmctl -o json}. Each is
 * what it says of itself, if that is known, with its folder and its chains.
 */
public final class KnownBackupCodec {
  private static final String VERSION = "version";

  private KnownBackupCodec() {}

  /** A backup as a JSON object. */
  public static ObjectNode write(KnownBackup known) {
    ObjectNode node =
        known
            .backup()
            .map(BackupCodec::write)
            .orElseGet(() -> Json.object().put("name", known.name()));
    node.put("folder", known.folder().toString());
    ArrayNode chains = node.putArray("chains");
    for (Chain chain : known.chains()) {
      chains
          .addObject()
          .put("disk", chain.disk())
          .put("state", chain.state().text())
          .put("reason", chain.reason());
    }
    return node;
  }

  /** Backups in their order. */
  public static ArrayNode write(List<KnownBackup> all) {
    ArrayNode array = Json.array();
    all.forEach(known -> array.add(write(known)));
    return array;
  }

  /**
   * The backups of such an array.
   *
   * @throws MalformedReplyException when it is none
   */
  public static List<KnownBackup> list(JsonNode node) {
    try {
      return Json.elements(node).stream().map(KnownBackupCodec::read).toList();
    } catch (InvalidRequestException | IllegalArgumentException wrong) {
      throw new MalformedReplyException("no backup: " + wrong.getMessage());
    }
  }

  private static KnownBackup read(JsonNode node) {
    Path folder = Path.of(Json.text(node, "folder"));
    return new KnownBackup(
        folder,
        node.has(VERSION) ? Optional.of(BackupCodec.read(node, folder)) : Optional.empty(),
        Json.array(node, "chains").stream().map(KnownBackupCodec::chain).toList());
  }

  private static Chain chain(JsonNode node) {
    String state = Json.text(node, "state");
    return new Chain(
        Json.text(node, "disk"),
        State.of(state)
            .orElseThrow(() -> new MalformedReplyException("no chain is '" + state + "'")),
        Json.text(node, "reason"));
  }
}
