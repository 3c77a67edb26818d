package dev.berth.engine.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.HandTouch;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * The mark of a machine that was touched by hand, as it is stored: a member of its launch's
 * document, beside the facts of the launch, because it comes and goes with them.
 */
public final class TouchOnRecord {
  private static final String TOUCHED = "touched";

  private TouchOnRecord() {}

  /** The launch's document with the mark. */
  public static String add(String document, HandTouch touch) {
    try {
      ObjectNode marked = (ObjectNode) Json.read(document);
      marked
          .putObject(TOUCHED)
          .put("command", touch.command())
          .put("actor", touch.actor())
          .put("at", touch.at().toString());
      return Json.text(marked);
    } catch (IOException ours) {
      throw new UncheckedIOException("a launch record of ours is no JSON", ours);
    }
  }

  /** The mark in a document; empty when there is none that can be read. */
  static Optional<HandTouch> find(String document) {
    try {
      JsonNode touched = Json.read(document).path(TOUCHED);
      return touched.isObject()
          ? Optional.of(
              new HandTouch(
                  touched.path("command").asText(),
                  touched.path("actor").asText(),
                  Instant.parse(touched.path("at").asText())))
          : Optional.empty();
    } catch (IOException | DateTimeException unreadable) {
      return Optional.empty();
    }
  }
}
