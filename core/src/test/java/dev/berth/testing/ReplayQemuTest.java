package dev.berth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpLoop;
import dev.berth.qmp.RawCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class ReplayQemuTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String SESSION =
      """
      {"micros":0,"received":{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":""},"capabilities":["oob"]}}}
      {"micros":1,"sent":{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":71}}
      {"micros":2,"received":{"return":{},"id":71}}
      {"micros":3,"sent":{"execute":"cont","id":72}}
      {"micros":4,"received":{"timestamp":{"seconds":1,"microseconds":2},"event":"RESUME"}}
      {"micros":5,"received":{"return":{},"id":72}}
      {"micros":6,"received":{"timestamp":{"seconds":1,"microseconds":3},"event":"RTC_CHANGE","data":{"offset":1}}}
      {"micros":7,"sent":{"execute":"query-name","id":73}}
      {"micros":8,"sent":{"execute":"query-uuid","id":74}}
      {"micros":9,"received":{"return":{"name":"web"},"id":73}}
      {"micros":10,"received":{"id":74,"error":{"class":"GenericError","desc":"no UUID today"}}}
      {"micros":11,"sent":{"execute":"object-add","arguments":{"qom-type":"secret","id":"s","data":"***"},"id":75}}
      {"micros":12,"received":{"return":{},"id":75}}
      {"micros":13,"sent":{"execute":"quit","id":76}}
      {"micros":14,"received":{"timestamp":{"seconds":1,"microseconds":4},"event":"SHUTDOWN","data":{"guest":false,"reason":"host-qmp-quit"}}}
      {"micros":15,"ended":"QEMU closed the connection"}
      """;

  @TempDir Path directory;
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "berth-callback"));
  private final QmpLoop loop = QmpLoop.start("berth-qmp-test", callbacks);
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private ReplayQemu qemu;
  private QmpConnection connection;

  @BeforeEach
  void connect() throws Exception {
    Path file = Files.writeString(directory.resolve("session.jsonl"), SESSION);
    qemu = ReplayQemu.listen(directory.resolve("qmp"), Recording.read(file));
    connection =
        loop.connect(qemu.socket(), PATIENCE, event -> events.add(event.name()))
            .get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() {
    loop.close();
    callbacks.shutdown();
    qemu.close();
  }

  @Test
  void aSessionIsAnsweredAsRecordedUnderTheClientsOwnIds() throws Exception {
    assertThat(connection.greeting().version()).isEqualTo("7.2.22");
    assertThat(ask("cont")).isEqualTo(Json.object());
    assertThat(nextEvents(2)).containsExactly("RESUME", "RTC_CHANGE");
    assertThat(ask("query-name")).isEqualTo(Json.object().put("name", "web"));
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> ask("query-uuid"))
        .withMessageContaining("no UUID today");
    assertThat(qemu.strays()).isEmpty();
    assertThat(qemu.unplayed())
        .containsExactly(
            "object-add {\"qom-type\":\"secret\",\"id\":\"s\",\"data\":\"***\"}", "quit {}");
  }

  @Test
  void aSecretMatchesWhateverItIs() throws Exception {
    play("cont", "query-name");
    assertThatExceptionOfType(QemuRefusedException.class).isThrownBy(() -> ask("query-uuid"));

    ObjectNode secret =
        Json.object().put("qom-type", "secret").put("id", "s").put("data", "hunter2");

    assertThat(connection.execute(new RawCommand("object-add", secret), soon()))
        .isEqualTo(Json.object());
  }

  @Test
  void commandsThatWereUnderWayTogetherMayComeInAnotherOrder() throws Exception {
    play("cont");
    CompletableFuture<JsonNode> second = connection.send(command("query-uuid"));
    CompletableFuture<JsonNode> first = connection.send(command("query-name"));

    assertThat(first.get(20, TimeUnit.SECONDS).path("name").textValue()).isEqualTo("web");
    assertThat(second).failsWithin(PATIENCE);
    assertThat(qemu.strays()).isEmpty();
  }

  @Test
  void aClientThatStraysIsToldWhatIsOnRecordAndMayComeBack() throws Exception {
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(() -> ask("query-name"))
        .withMessageContaining("The recording has cont {} here, not query-name");
    assertThatExceptionOfType(QemuRefusedException.class)
        .isThrownBy(
            () ->
                connection.execute(
                    new RawCommand("cont", Json.object().put("fast", true)), soon()));

    assertThat(ask("cont")).isEqualTo(Json.object());
    assertThat(qemu.strays())
        .containsExactly(
            "query-name {}, where the recording has cont {}",
            "cont {\"fast\":true}, where the recording has cont {}");
  }

  @Test
  void whatHadNoReplyGetsNoneAndQemuHangsUpWhereItDid() throws Exception {
    play("cont", "query-name");
    assertThatExceptionOfType(QemuRefusedException.class).isThrownBy(() -> ask("query-uuid"));
    ObjectNode secret = Json.object().put("qom-type", "secret").put("id", "s").put("data", "x");
    connection.execute(new RawCommand("object-add", secret), soon());

    assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> ask("quit"));
    assertThat(nextEvents(3)).endsWith("SHUTDOWN");
    assertThat(qemu.unplayed()).isEmpty();
  }

  @Test
  void theNextClientBeginsAtTheBeginning() throws Exception {
    play("cont");
    connection.close();
    connection = loop.connect(qemu.socket(), PATIENCE, event -> {}).get(20, TimeUnit.SECONDS);

    assertThat(ask("cont")).isEqualTo(Json.object());
  }

  private JsonNode ask(String command) throws InterruptedException {
    return connection.execute(command(command), soon());
  }

  private void play(String... commands) throws InterruptedException {
    for (String command : commands) {
      ask(command);
    }
  }

  private static RawCommand command(String name) {
    return new RawCommand(name, Json.object());
  }

  private static Deadline soon() {
    return Deadline.of(PATIENCE);
  }

  private List<String> nextEvents(int count) throws InterruptedException {
    List<String> next = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      next.add(events.poll(20, TimeUnit.SECONDS));
    }
    return next;
  }
}
