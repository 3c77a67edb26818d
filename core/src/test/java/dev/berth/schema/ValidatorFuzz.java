package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whatever command somebody writes, it is no JSON, or checked against any schema with few and short
 * words for what is wrong with it; nothing is thrown but what says that a QEMU lacks it.
 */
public final class ValidatorFuzz {
  private static final ValidatorFuzz OF_FUZZER = new ValidatorFuzz();

  /** One for each version of QEMU, and the guest agent's. */
  private final List<QmpSchema> schemas =
      Stream.concat(
              TestSchema.all().stream().map(TestSchema::index), Stream.of(AgentCommands.schema()))
          .toList();

  private long allowed;
  private long refused;
  private long unreadable;

  /** For a fuzzer, which knows this name. */
  public static void fuzzerTestOneInput(byte[] input) {
    OF_FUZZER.take(input);
  }

  /** How many commands were right. */
  long allowed() {
    return allowed;
  }

  /** How many were not. */
  long refused() {
    return refused;
  }

  /** How many inputs were no JSON. */
  long unreadable() {
    return unreadable;
  }

  /** Checks the command by the schema that the length of its text happens to choose. */
  void take(byte[] input) {
    JsonNode message;
    try {
      message = Json.readStrictly(input);
    } catch (IOException noJson) {
      unreadable++;
      return;
    }
    QmpSchema schema = schemas.get(input.length % schemas.size());
    String command = message.path("execute").asText();
    JsonNode arguments = message.path("arguments");
    List<Violation> violations = schema.check(command, arguments);
    assertThat(violations).hasSizeLessThanOrEqualTo(20);
    for (Violation violation : violations) {
      assertThat(violation.text()).hasSizeLessThan(10_000);
    }
    if (violations.isEmpty()) {
      allowed++;
    } else {
      refused++;
    }
    if (arguments instanceof ObjectNode object) {
      admit(schema, command, object);
    }
  }

  private static void admit(QmpSchema schema, String command, ObjectNode arguments) {
    try {
      new SchemaGate(schema, new KnownFacts()).admit(command, arguments);
    } catch (UnsupportedException lacks) {
      assertThat(lacks).hasMessageContaining("lacks");
    }
  }
}
