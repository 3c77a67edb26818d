package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.ErrorCode;
import dev.berth.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/control-protocol.md} tells what the server does. */
final class ProtocolPageTest {
  private static final Pattern EXAMPLES = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Methods METHODS = new Methods(() -> {});

  private static final Map<String, Function<JsonNode, ?>> DECODERS =
      Map.ofEntries(
          Map.entry(Methods.HOST_INFO, HostInfoCodec::read),
          Map.entry(Methods.LIST, ResultCodec::snapshots),
          Map.entry(Methods.GET, DomainCodec::read),
          Map.entry(Methods.DEFINITION, ResultCodec::definition),
          Map.entry(Methods.DEFINE, ResultCodec::define),
          Map.entry(Methods.START, ResultCodec::verb),
          Map.entry(Methods.SHUTDOWN, ResultCodec::verb),
          Map.entry(Methods.SHUTDOWN_GUESTS, GuestShutdownCodec::read),
          Map.entry(Methods.DESTROY, ResultCodec::verb),
          Map.entry(Methods.RESET, ResultCodec::verb),
          Map.entry(Methods.PAUSE, ResultCodec::verb),
          Map.entry(Methods.RESUME, ResultCodec::verb),
          Map.entry(Methods.AWAIT, DomainCodec::read),
          Map.entry(Methods.EVENT_RANGE, EventCodec::range),
          Map.entry(Methods.LOG, node -> ResultCodec.log(node)));

  static Stream<String> methods() {
    return METHODS.names().stream();
  }

  @Test
  void everyMethodHasItsSectionAndEverySectionItsMethod() throws Exception {
    assertThat(sections().keySet()).containsExactlyInAnyOrderElementsOf(METHODS.names());
  }

  @Test
  void everyErrorCodeIsInTheTable() throws Exception {
    assertThat(page())
        .contains(
            Arrays.stream(ErrorCode.values()).map(code -> "| `" + code.text() + "` |").toList());
    List<JsonNode> errors = examples(page().substring(0, page().indexOf("## Methods")));
    assertThat(errors).hasSize(1);
    assertThat(ErrorCodec.read(errors.get(0).path("error")).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theExampleIsARequestThatIsUnderstoodAndAReplyThatCanBeRead(String name) throws Exception {
    String section = sections().get(name);
    List<JsonNode> messages = examples(section);
    Request request = Request.parse(Json.bytes(messages.get(0)), METHODS);
    assertThat(request.method().name()).isEqualTo(name);
    Params.of(name, request.method().parameters(), request.params());

    Set<String> parameters = new HashSet<>(request.method().parameters());
    parameters.remove(Methods.ON_BEHALF_OF);
    parameters.forEach(
        parameter -> {
          assertThat(section).contains("`" + parameter + "`");
          assertThat(request.params().has(parameter)).as(parameter).isTrue();
        });

    JsonNode reply = messages.get(1);
    assertThat(reply.path("id").asInt()).isEqualTo(request.id().asInt());
    Optional.ofNullable(DECODERS.get(name))
        .ifPresent(decoder -> assertThat(decoder.apply(reply.path("result"))).isNotNull());
  }

  @Test
  void theExampleOfAnEventCanBeRead() throws Exception {
    JsonNode event = examples(sections().get(Methods.SUBSCRIBE)).get(2);
    assertThat(event.path("method").asText()).isEqualTo(Methods.EVENT);
    assertThat(EventCodec.read(event.path("params")).sequence()).isEqualTo(42);
  }

  private static Map<String, String> sections() throws IOException {
    Map<String, String> sections = new LinkedHashMap<>();
    String[] parts = page().split("\n### `");
    for (int i = 1; i < parts.length; i++) {
      sections.put(parts[i].substring(0, parts[i].indexOf('`')), parts[i]);
    }
    return sections;
  }

  private static List<JsonNode> examples(String text) {
    return EXAMPLES
        .matcher(text)
        .results()
        .flatMap(match -> match.group(1).lines())
        .map(ProtocolPageTest::json)
        .toList();
  }

  private static JsonNode json(String line) {
    try {
      return Json.read(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + line, e);
    }
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "control-protocol.md"));
  }
}
