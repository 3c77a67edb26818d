package dev.berth.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.engine.backup.CheckpointAdjustment;
import dev.berth.engine.backup.CheckpointRemoval;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.LatencyAdjustment;
import dev.berth.engine.device.LinkAdjustment;
import dev.berth.engine.device.ResizeAdjustment;
import dev.berth.error.BerthException;
import dev.berth.error.HostFailureException;
import dev.berth.host.EditScope;
import dev.berth.json.Json;
import dev.berth.store.Intent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * Something of a machine that is about to become another: what a restarted host needs to know to
 * tell whether it did.
 *
 * @param actor who asked
 * @param since when
 */
public record AdjustIntent(Adjustment adjustment, EditScope scope, String actor, Instant since) {
  /** The intent's verb in the store. */
  static final String VERB = "adjust";

  /** The same about the adjustment as it was prepared. */
  AdjustIntent of(Adjustment prepared) {
    return new AdjustIntent(prepared, scope, actor, since);
  }

  static boolean is(Intent intent) {
    return intent.verb().equals(VERB);
  }

  /** As it is stored. */
  Intent stored(UUID domain) {
    ObjectNode document = Json.object();
    document.put("what", adjustment.what());
    document.put("subject", adjustment.subject());
    document.put("scope", scope.name());
    document.set("facts", adjustment.facts());
    return new Intent(domain, VERB, Json.text(document), actor, since);
  }

  /**
   * The intent of that row.
   *
   * @throws HostFailureException when it cannot be read
   */
  static AdjustIntent read(Intent stored) {
    try {
      JsonNode document = Json.read(stored.document());
      if (!(document.path("facts") instanceof ObjectNode facts)) {
        throw new IllegalArgumentException("it has no facts");
      }
      String subject = Json.text(document, "subject");
      String what = Json.text(document, "what");
      Adjustment adjustment =
          switch (what) {
            case ThrottleAdjustment.WHAT -> ThrottleAdjustment.read(subject, facts);
            case LatencyAdjustment.WHAT -> LatencyAdjustment.read(subject, facts);
            case ResizeAdjustment.WHAT -> ResizeAdjustment.read(subject, facts);
            case CheckpointAdjustment.WHAT -> CheckpointAdjustment.read(subject, facts);
            case CheckpointRemoval.WHAT -> CheckpointRemoval.read(subject, facts);
            case LinkAdjustment.WHAT -> LinkAdjustment.read(subject, facts);
            case InsertAdjustment.WHAT ->
                facts.isEmpty()
                    ? new EjectAdjustment(subject)
                    : InsertAdjustment.read(subject, facts);
            default -> throw new IllegalArgumentException("a newer Berth changed: " + what);
          };
      return new AdjustIntent(
          adjustment,
          EditScope.valueOf(Json.text(document, "scope")),
          stored.actor(),
          stored.since());
    } catch (IOException | BerthException | IllegalArgumentException unreadable) {
      throw new HostFailureException(
          "What is on record of a change of the machine cannot be read: " + unreadable.getMessage(),
          unreadable);
    }
  }

  /** A part of the facts, which is a document. */
  static DefinitionDocument document(JsonNode part) {
    return new DefinitionDocument(Json.text(part), "a change on record", Path.of("/"));
  }
}
