package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.PATIENCE;
import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.error.QemuRefusedException;
import dev.berth.json.Json;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.Recording;
import dev.berth.testing.Recording.Exchange;
import dev.berth.testing.ReplayQemu;
import dev.berth.testing.TestQemu;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions with real QEMUs, recorded and played back. Those in {@code
 * src/test/resources/dev/berth/testing/recordings} are made by the test tagged {@code full} here,
 * when it runs with {@code -Dgolden.refresh=true}.
 */
@ExtendWith(LeakCheck.class)
final class RecordedSessionTest {
  private static final Path PUBLISHED = Path.of("src/test/resources/dev/berth/testing/recordings");

  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();

  static Stream<String> versions() {
    return Recording.VERSIONS.stream();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aRecordedSessionPlaysBackReplyByReplyAndEventByEvent(String version) throws Exception {
    Recording recording = Recording.of(version);

    assertThat(recording.exchanges())
        .extracting(Exchange::command)
        .contains("query-qmp-schema", "query-machines", "device_add", "system_reset", "quit");
    playBack(recording);
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void aSessionWithEachSupportedQemuIsRecordedAndPlaysBack(TestQemu qemu) throws Exception {
    Path file = directory.resolve("session.jsonl.gz");
    String version = record(qemu, file);

    Recording recording = Recording.read(file);
    playBack(recording);
    Path published = PUBLISHED.resolve("qemu-" + version + ".jsonl.gz");
    if (Boolean.getBoolean("golden.refresh")) {
      Files.createDirectories(PUBLISHED);
      Files.copy(file, published, StandardCopyOption.REPLACE_EXISTING);
    }
    // What is published is the same conversation; only QEMU's answers may have changed since.
    assertThat(commands(recording)).isEqualTo(commands(Recording.read(published)));
  }

  /** Returns the version as {@code 7.2}. */
  private String record(TestQemu qemu, Path file) throws Exception {
    List<String> command = new ArrayList<>(List.of(qemu.emulator().toString()));
    command.addAll(TypicalSession.options());
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("stderr").toFile())
            .start();
    try (QmpRecording recording = QmpRecording.to(file)) {
      QmpConnection connection =
          await(
              loop.loop()
                  .connect(
                      directory.resolve("qmp"),
                      PATIENCE,
                      process.onExit(),
                      new RecordingListener(recording)));
      new TypicalSession(connection, directory).run();
      return connection.greeting().major() + "." + connection.greeting().minor();
    } finally {
      process.destroyForcibly();
      process.waitFor();
      Files.deleteIfExists(directory.resolve("qmp")); // one that was killed leaves it
    }
  }

  private void playBack(Recording recording) throws Exception {
    try (ReplayQemu qemu = ReplayQemu.listen(directory.resolve("qmp"), recording);
        var file = new RandomAccessFile(directory.resolve("any").toFile(), "rw")) {
      QmpConnection connection = loop.connect(qemu.socket());
      // The connection has sent the first by itself.
      for (Exchange exchange : recording.exchanges().subList(1, recording.exchanges().size())) {
        if (exchange.command().equals("quit")) {
          await(connection.quit());
        } else {
          playBack(connection, exchange, file);
        }
      }

      assertThat(qemu.strays()).isEmpty();
      assertThat(qemu.unplayed()).isEmpty();
      assertThat(connection.unknownReplies()).isZero();
      for (JsonNode event : recording.events()) {
        QmpEvent next = loop.nextEvent();
        assertThat(next.name()).isEqualTo(Json.text(event, "event"));
        assertThat(next.data())
            .isEqualTo(Objects.requireNonNullElse(event.get("data"), Json.object()));
      }
    }
  }

  private static void playBack(QmpConnection connection, Exchange exchange, RandomAccessFile file)
      throws InterruptedException, IOException {
    var command = new RawCommand(exchange.command(), exchange.arguments());
    JsonNode reply = exchange.reply().orElseThrow();
    if (exchange.outOfBand()) {
      await(connection.sendOutOfBand(command).handle((done, refused) -> "answered"));
    } else if (reply.has("error")) {
      assertThatExceptionOfType(QemuRefusedException.class)
          .isThrownBy(() -> connection.execute(command, soon()))
          .matches(refusal -> refusal.errorClass().equals(reply.at("/error/class").textValue()))
          .matches(refusal -> refusal.description().equals(reply.at("/error/desc").textValue()));
    } else if (exchange.command().equals("add-fd")) {
      assertThat(connection.execute(command, file.getFD(), soon())).isEqualTo(reply.get("return"));
    } else {
      assertThat(connection.execute(command, soon())).isEqualTo(reply.get("return"));
    }
  }

  private static List<String> commands(Recording recording) {
    return recording.exchanges().stream().map(Exchange::toString).toList();
  }
}
