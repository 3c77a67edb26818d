package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arguments and schemas that nobody sane sends: all are answered, and none by accident. */
final class HostileArgumentsTest {
  private static final int TRIES = 20_000;
  private static final String[] WORDS = {
    "driver", "file", "backing", "type", "id", "data", "qcow2", "user", "node-name", "addr",
    "\ud800", "\u0000", "", "value", "path", "server", "host", "inet", "actions", "props"
  };

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void anyArgumentsAreAnswered(TestSchema source) {
    Random random = new Random(source.version().hashCode());
    QmpSchema schema = source.index();
    List<String> commands = new ArrayList<>(schema.commandNames());
    for (int i = 0; i < TRIES; i++) {
      String command = commands.get(random.nextInt(commands.size()));
      JsonNode arguments = object(random, 4);
      assertThat(schema.check(command, arguments)).hasSizeLessThanOrEqualTo(20);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void aDamagedSchemaIsRefusedOrUsed(TestSchema source) throws IOException {
    Random random = new Random(source.version().hashCode());
    ArrayNode entities = (ArrayNode) source.reply();
    for (int i = 0; i < 200; i++) {
      ObjectNode entity = (ObjectNode) entities.get(random.nextInt(entities.size()));
      List<String> names = new ArrayList<>();
      entity.fieldNames().forEachRemaining(names::add);
      String damaged = names.get(random.nextInt(names.size()));
      JsonNode before = entity.replace(damaged, other(random, entities, damaged));
      try {
        QmpSchema schema = QmpSchema.read(source.version(), entities);
        schema.commandNames().forEach(name -> schema.check(name, object(random, 3)));
      } catch (MalformedReplyException refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      }
      entity.set(damaged, before);
    }
  }

  /** What another entity has there, or anything. */
  private static JsonNode other(Random random, ArrayNode entities, String member) {
    JsonNode there = entities.get(random.nextInt(entities.size())).path(member);
    return random.nextBoolean() && !there.isMissingNode() ? there : value(random, 2);
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = Json.object();
    for (int i = random.nextInt(4); i >= 0; i--) {
      object.set(word(random), value(random, depth - 1));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> Json.array().add(random.nextLong()).get(0);
      case 1 -> Json.array().add(new BigInteger(80, random)).get(0);
      case 2 -> Json.array().add(random.nextDouble()).get(0);
      case 3 -> Json.array().add(random.nextBoolean()).get(0);
      case 4 -> Json.array().addNull().get(0);
      case 5 -> new TextNode(word(random));
      case 6 -> Json.array().add(value(random, depth - 1)).add(value(random, depth - 1));
      default -> object(random, depth);
    };
  }

  private static String word(Random random) {
    return WORDS[random.nextInt(WORDS.length)];
  }
}
