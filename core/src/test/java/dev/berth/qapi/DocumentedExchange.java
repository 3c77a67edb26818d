package dev.berth.qapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A command with its reply, or an event, as one of QEMU's reference documents prints it.
 *
 * @param sent the command, or empty where it is an event
 * @param received the reply or the event, or empty where none is printed
 */
public record DocumentedExchange(Optional<ObjectNode> sent, Optional<ObjectNode> received) {

  /** The documents that print any. */
  public static final List<String> DOCUMENTS = List.of("1.x", "1.4", "2.4", "3.0");

  /** All of that document, in its order. */
  public static List<DocumentedExchange> of(String document) {
    String name = "documents/" + document + ".jsonl";
    try (InputStream in = DocumentedExchange.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(DocumentedExchange::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DocumentedExchange read(String line) {
    try {
      JsonNode exchange = Json.read(line);
      return new DocumentedExchange(
          Json.optionalObject(exchange, "sent"), Json.optionalObject(exchange, "received"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The name of the command; empty for an event. */
  public String command() {
    return sent.map(command -> Json.text(command, "execute")).orElse("");
  }

  /** The command's arguments. */
  public ObjectNode arguments() {
    return sent.flatMap(command -> Json.optionalObject(command, "arguments"))
        .orElseGet(Json::object);
  }

  /** What the command returned, if that is printed. */
  public Optional<JsonNode> returned() {
    return received.filter(message -> message.has("return")).map(message -> message.get("return"));
  }

  /** The event, if it is one. */
  public Optional<ObjectNode> event() {
    return received.filter(message -> message.has("event"));
  }
}
