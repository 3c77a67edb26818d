package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.control.ResultCodec;
import dev.berth.host.DefineResult;
import dev.berth.host.VerbResult;
import dev.berth.json.Json;
import java.util.List;
import java.util.Optional;

/**
 * What {@code vmctl up} led to.
 *
 * @param defined what became of the definition
 * @param started what became of the domain; empty when the definition waits for the next boot
 * @param changedKeys what the document changed of the definition there was
 */
record UpResult(DefineResult defined, Optional<VerbResult> started, List<String> changedKeys) {

  /** {@code {"define": {…}, "start": {…}, "changedKeys": […]}}. */
  ObjectNode document() {
    ObjectNode document = Json.object();
    document.set("define", ResultCodec.write(defined));
    if (started.isPresent()) {
      document.set("start", ResultCodec.write(started.get()));
    }
    changedKeys.forEach(document.putArray("changedKeys")::add);
    return document;
  }

  /** For people; the first line is about the definition, unless nothing happened at all. */
  String sentence() {
    if (started.isEmpty()) {
      return definition();
    }
    boolean nothingHappened =
        defined.effect() == DefineResult.Effect.UNCHANGED
            && started.get().effect() == VerbResult.Effect.ALREADY;
    String start = DomainNames.sentence(started.get());
    return nothingHappened ? start + ", definition unchanged" : definition() + "\n" + start;
  }

  private String definition() {
    return DefineCommand.sentence(defined)
        + (changedKeys.isEmpty() ? "" : "; changed: " + String.join(", ", changedKeys));
  }
}
