package dev.berth.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.output.Output;
import dev.berth.cli.qmp.CommandPage;
import dev.berth.cli.qmp.TypedArguments;
import dev.berth.cli.qmp.TypedArguments.MistypedException;
import dev.berth.error.NotFoundException;
import dev.berth.host.QmpRequest;
import dev.berth.json.Json;
import dev.berth.schema.CommandFacts;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaCommand;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The words that make a command by hand, QMP's or the guest agent's, and its reply. */
final class CommandWords {
  private final String label;
  private final Parameter<String> command;
  private final Parameter<List<String>> arguments;

  /** Declares the command and its arguments, as second and further words. */
  CommandWords(Parameters parameters, String label, String description) {
    this.label = label;
    command = parameters.optionalSecond(label, description);
    arguments =
        parameters.furtherFrom(
            2, "KEY=VALUE", "Its arguments; dots lead into objects. Or one JSON object.");
  }

  /** Reads what there is to be taken, once it is needed. */
  interface SchemaSource {
    QmpSchema read() throws IOException;
  }

  /** Whether a command is among the words. */
  boolean nameOne() {
    return command.given().isPresent();
  }

  String command() {
    return command
        .given()
        .orElseThrow(
            () ->
                new UsageException(
                    "Missing required parameter: '" + label + "'; --describe lists them."));
  }

  /** The arguments, with the types that the schema has for them. */
  JsonNode typed(SchemaSource schema) throws IOException {
    Optional<JsonNode> json = json();
    if (json.isPresent()) {
      return json.get();
    }
    ObjectNode texts = texts();
    return texts.isEmpty() ? texts : TypedArguments.typed(schema.read(), command(), texts);
  }

  /** The arguments, with the types that they look like. */
  JsonNode untyped() throws IOException {
    Optional<JsonNode> json = json();
    return json.isPresent() ? json.get() : TypedArguments.untyped(texts());
  }

  /** As it is written, so that what is wrong with it is told as the host would. */
  private Optional<JsonNode> json() throws IOException {
    List<String> words = arguments.given().orElse(List.of());
    return words.size() == 1 && words.get(0).startsWith("{")
        ? Optional.of(Json.read(QmpRequest.of(command(), words.get(0)).arguments()))
        : Optional.empty();
  }

  private ObjectNode texts() {
    try {
      return TypedArguments.texts(arguments.given().orElse(List.of()));
    } catch (MistypedException mistyped) {
      throw new UsageException(mistyped.getMessage());
    }
  }

  /** Prints a reply: on one line for programs, on many for people. */
  static void print(Session session, String reply) throws IOException {
    JsonNode returned = Json.read(reply);
    boolean forPeople = session.environment().terminals().out();
    session
        .output()
        .result(
            () -> returned,
            () -> forPeople ? Output.json(returned).stripTrailing() : Json.text(returned));
  }

  /**
   * Prints what the command takes, or all commands when none is named.
   *
   * @param who takes it, for when nobody does
   */
  void describe(Output output, String who, QmpSchema schema, CommandFacts facts)
      throws IOException {
    Optional<String> called = command.given();
    if (called.isEmpty()) {
      ArrayNode all = Json.array();
      schema.commandNames().forEach(all::add);
      output.result(() -> all, () -> String.join("\n", schema.commandNames()));
      return;
    }
    SchemaCommand known =
        schema
            .command(called.get())
            .orElseThrow(
                () ->
                    new NotFoundException(
                        who + ": " + schema.check(called.get(), Json.object()).get(0).text()));
    CommandPage page = new CommandPage(schema, facts, known, texts());
    output.result(page::document, page::text);
  }
}
