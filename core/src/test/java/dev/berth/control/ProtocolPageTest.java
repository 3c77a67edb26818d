package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.ErrorCode;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/control-protocol.md} tells what the server does. */
@ExtendWith(LeakCheck.class)
final class ProtocolPageTest {
  private static final String REFRESH =
      "mvn -pl core test -Dtest=ProtocolPageTest -Dgolden.refresh=true";
  private static final Methods METHODS = new Methods(() -> {});

  @TempDir private Path directory;

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
          Map.entry(Methods.LOG, node -> ResultCodec.bytes(node)));

  static Stream<String> methods() {
    return METHODS.names().stream();
  }

  @Test
  void everyMethodHasItsSectionAndEverySectionItsMethod() throws Exception {
    assertThat(ProtocolPage.read().sections().keySet())
        .containsExactlyInAnyOrderElementsOf(METHODS.names());
  }

  @Test
  void everyErrorCodeIsInTheTable() throws Exception {
    String preface = ProtocolPage.read().preface();
    assertThat(preface)
        .contains(
            Arrays.stream(ErrorCode.values()).map(code -> "| `" + code.text() + "` |").toList());
    JsonNode error = ProtocolPage.read().error().path("error");
    assertThat(ErrorCodec.read(error).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theExampleIsARequestThatIsUnderstoodAndAReplyThatCanBeRead(String name) throws Exception {
    String section = ProtocolPage.read().sections().get(name);
    List<JsonNode> messages = ProtocolPage.examples(section);
    Request request = Request.parse(Json.bytes(messages.get(0)), METHODS);
    assertThat(request.method().name()).isEqualTo(name);
    Params.of(name, request.method().parameters(), request.params(), Received.NOTHING);

    Set<String> parameters = new HashSet<>(request.method().parameters());
    parameters.removeAll(Set.of(Methods.ON_BEHALF_OF, ArgumentCodec.TURN)); // of many methods
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
    JsonNode event = ProtocolPage.read().example(Methods.SUBSCRIBE).get(2);
    assertThat(event.path("method").asText()).isEqualTo(Methods.EVENT);
    assertThat(EventCodec.read(event.path("params")).sequence()).isEqualTo(42);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theExampleOfAResultHasWhatResultsHave(String name) {
    assertThat(
            ProtocolResults.of(name)
                .complaints(ProtocolPage.read().example(name).get(1).path("result")))
        .isEmpty();
  }

  @Test
  void theExampleOfAnEventHasWhatEventsHave() {
    JsonNode event = ProtocolPage.read().example(Methods.SUBSCRIBE).get(2);
    assertThat(ProtocolResults.event().complaints(event.path("params"))).isEmpty();
  }

  @Test
  void whatIsMissingUnknownOrOfAnotherKindIsNoticed() {
    JsonNode domain = ProtocolPage.read().example(Methods.GET).get(1).path("result");
    WireShape shape = ProtocolResults.of(Methods.GET);
    ObjectNode other = domain.deepCopy();
    other.remove("generation");
    other.put("colour", "red").put("publishedAt", "noon").remove("machine");

    assertThat(shape.complaints(other))
        .containsExactlyInAnyOrder(
            "'.generation' is missing",
            "'.colour' is not known",
            "'.publishedAt' is no [instant] but \"noon\"");
  }

  @Test
  void theTablesSayWhatTheServerAndTheTypesSay() throws Exception {
    Path socket = directory.resolve("control.sock");
    MemoryHost host = MemoryHost.create();
    Map<String, String> tables = new LinkedHashMap<>();
    tables.put("domain", ProtocolResults.table("domain", ProtocolResults.domain()));
    tables.put("job", ProtocolResults.table("job", ProtocolResults.job()));
    tables.put("event", ProtocolResults.table("event", ProtocolResults.event()));
    ProtocolPage page = ProtocolPage.read();
    try (ControlServer server =
            new ControlServer(
                    host::as, socket, ControlAccess.OWNER_ONLY, ControlServer.NOT_STOPPABLE)
                .start();
        ProtocolParameters parameters = ProtocolParameters.askedAt(socket)) {
      assertThat(server).isNotNull();
      for (String method : METHODS.names()) {
        tables.put(
            method, parameters.table(page.example(method).get(0)) + ProtocolResults.text(method));
      }
    }
    if (Boolean.getBoolean("golden.refresh")) {
      page.with(tables).write();
    }
    assertThat(tables)
        .as("the page is out of date; to write it anew: %s", REFRESH)
        .allSatisfy((name, table) -> assertThat(ProtocolPage.read().table(name)).isEqualTo(table));
  }
}
