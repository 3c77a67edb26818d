package dev.berth.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.qapi.DocumentedExchange;
import dev.berth.qapi.QapiEvent;
import dev.berth.qapi.TypedCommands;
import dev.berth.qmp.QmpCommand;
import dev.berth.qmp.QmpEvent;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The exchanges of the reference documents that the typed model writes and reads whole, so that a
 * peer can play them. What is left are examples that are wrong; {@code DocumentedExchangesTest}
 * says of each what is.
 */
final class Replayable {
  private Replayable() {}

  /** Those of that document with a command and its reply. */
  static List<DocumentedExchange> commands(String document) {
    return DocumentedExchange.of(document).stream().filter(Replayable::isCommand).toList();
  }

  /** The events of that document. */
  static List<ObjectNode> events(String document) {
    return DocumentedExchange.of(document).stream()
        .flatMap(exchange -> exchange.event().stream())
        .filter(Replayable::isEvent)
        .toList();
  }

  /** The names of all of them. */
  static Set<String> names(String document) {
    Set<String> names =
        commands(document).stream()
            .map(DocumentedExchange::command)
            .collect(Collectors.toCollection(TreeSet::new));
    events(document).forEach(event -> names.add(Json.text(event, "event")));
    return names;
  }

  private static boolean isCommand(DocumentedExchange exchange) {
    if (exchange.sent().isEmpty() || exchange.returned().isEmpty()) {
      return false;
    }
    try {
      QmpCommand<?> typed =
          TypedCommands.read(exchange.command(), exchange.arguments()).orElseThrow();
      JsonNode returned = exchange.returned().get();
      return Unread.in(exchange.arguments(), typed.arguments()).isEmpty()
          && Unread.in(returned, typed.decode(returned)).isEmpty();
    } catch (MalformedReplyException e) {
      return false;
    }
  }

  private static boolean isEvent(ObjectNode event) {
    JsonNode data = event.has("data") ? event.get("data") : Json.object();
    var typed = QapiEvent.decode(new QmpEvent(Json.text(event, "event"), data, Instant.EPOCH));
    return Unread.in(data, typed).isEmpty();
  }
}
