package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qapi.DocumentedExchange;
import dev.berth.qapi.TypedCommands;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.qmp.Secrets;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.Recording;
import dev.berth.testing.Recording.Exchange;
import dev.berth.testing.ReplayQemu;
import dev.berth.testing.TestSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Commands as QEMU's reference documents print them run typed against a peer that answers what the
 * documents print, and tells their events. So does what no QEMU has that can be had today.
 */
@ExtendWith(LeakCheck.class)
final class ReplayedDocumentsTest {
  /** What the peer calls itself, by the document it plays. */
  private static final Map<String, String> VERSIONS =
      Map.of("1.x", "1.0.0", "1.4", "1.4.0", "2.4", "2.4.0", "3.0", "3.0.0");

  /**
   * What none of the supported versions has, and no document shows a reply to: the last has been
   * there since 8.0, on Windows.
   */
  private static final Map<String, String> WITHOUT_REPLY =
      Map.of(
          "block_stream", "{\"device\":\"disk\",\"base\":\"base\"}",
          "block_job_set_speed", "{\"device\":\"disk\",\"value\":1024}",
          "block_job_cancel", "{\"device\":\"disk\"}",
          "x-oob-test", "{\"lock\":true}",
          "get-win32-socket", "{\"info\":\"AAAA\",\"fdname\":\"socket\"}");

  @TempDir Path directory;
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);

  @AfterEach
  void close() {
    loop.close();
    callbacks.shutdown();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.x", "1.4", "2.4", "3.0"})
  void whatADocumentPrintsRunsTypedAgainstAPeerThatReplaysIt(String document) throws Exception {
    var events = new SeenEvents();
    try (ReplayQemu qemu = ReplayQemu.listen(directory.resolve("qmp"), recording(document))) {
      QmpConnection connection = loop.connect(qemu.socket(), LiveQemu.PATIENCE, events).get();
      for (DocumentedExchange exchange : Replayable.commands(document)) {
        var command = TypedCommands.read(exchange.command(), exchange.arguments()).orElseThrow();
        Object result = connection.execute(command, Deadline.of(LiveQemu.PATIENCE));
        assertThat(Unread.in(exchange.returned().orElseThrow(), result))
            .as(exchange.command())
            .isEmpty();
      }
      for (ObjectNode event : Replayable.events(document)) {
        events.await(Json.text(event, "event"), Json.object(), events.awaited());
      }

      assertThat(qemu.strays()).isEmpty();
      assertThat(qemu.unplayed()).isEmpty();
      assertThat(events.unread()).isEmpty();
    }
  }

  @Test
  void everyCommandThatNoSupportedVersionHasRunsTyped() throws Exception {
    Set<String> run = new TreeSet<>();
    DocumentedExchange.DOCUMENTS.forEach(document -> run.addAll(Replayable.names(document)));
    try (FakeQemu qemu = FakeQemu.listen(directory.resolve("qmp"))) {
      QmpConnection connection =
          loop.connect(qemu.socket(), LiveQemu.PATIENCE, new SeenEvents()).get();
      for (Map.Entry<String, String> each : WITHOUT_REPLY.entrySet()) {
        qemu.answer(each.getKey(), "{}");
        var arguments = Json.read(each.getValue());
        var command = TypedCommands.read(each.getKey(), arguments).orElseThrow();
        connection.execute(command, Deadline.of(LiveQemu.PATIENCE));

        var received = qemu.awaitReceived(each.getKey(), 1, LiveQemu.PATIENCE);
        assertThat(Unread.in(arguments, received.arguments())).isEmpty();
        run.add(each.getKey());
      }
    }

    assertThat(gone()).isSubsetOf(run);
  }

  /** Typed commands that no schema has. */
  private static Set<String> gone() {
    Set<String> gone = new TreeSet<>(TypedCommands.all().keySet());
    TestSchema.all().forEach(schema -> gone.removeAll(schema.index().commandNames()));
    return gone;
  }

  private static Recording recording(String document) throws Exception {
    List<Exchange> exchanges = new ArrayList<>();
    add(exchanges, "qmp_capabilities", Json.object(), Json.object(), Replayable.events(document));
    for (DocumentedExchange exchange : Replayable.commands(document)) {
      JsonNode returned = exchange.returned().orElseThrow();
      add(exchanges, exchange.command(), exchange.arguments(), returned, List.of());
    }
    return new Recording(List.of(greeting(document)), exchanges, false);
  }

  private static void add(
      List<Exchange> exchanges,
      String command,
      ObjectNode arguments,
      JsonNode returned,
      List<ObjectNode> after) {
    int line = 2 * exchanges.size() + 1;
    exchanges.add(
        new Exchange(
            line,
            line + 1,
            false,
            command,
            Secrets.masked(command, arguments),
            List.of(),
            Optional.of(Json.object().set("return", returned)),
            List.copyOf(after)));
  }

  private static JsonNode greeting(String document) throws Exception {
    String[] version = VERSIONS.get(document).split("\\.");
    return Json.read(
        """
        {"QMP":{"version":{"qemu":{"major":%s,"minor":%s,"micro":%s},"package":""},"capabilities":[]}}"""
            .formatted(version[0], version[1], version[2]));
  }
}
