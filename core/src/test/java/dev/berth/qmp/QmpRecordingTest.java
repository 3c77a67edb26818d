package dev.berth.qmp;

import static dev.berth.qmp.TestLoop.PATIENCE;
import static dev.berth.qmp.TestLoop.await;
import static dev.berth.qmp.TestLoop.failure;
import static dev.berth.qmp.TestLoop.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.error.HostFailureException;
import dev.berth.json.Json;
import dev.berth.qapi.crypto.QCryptoSecretFormat;
import dev.berth.qapi.qom.ObjectAdd;
import dev.berth.qapi.qom.ObjectOptions;
import dev.berth.testing.FakeQemu;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.Misbehaviour;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
final class QmpRecordingTest {
  @TempDir Path directory;
  private final TestLoop loop = new TestLoop();
  private FakeQemu qemu;

  @AfterEach
  void close() {
    loop.close();
    qemu.close();
  }

  @Test
  void everyMessageIsWrittenInItsOrderWithItsDirectionAndTime() throws Exception {
    List<String> lines =
        recorded(
            Misbehaviour.NONE, connection -> connection.execute(new PlainCommand("cont"), soon()));

    assertThat(lines)
        .satisfiesExactly(
            line -> assertThat(line).contains("\"received\":{\"QMP\":"),
            line -> assertThat(line).contains("\"sent\":{\"execute\":\"qmp_capabilities\""),
            line -> assertThat(line).contains("\"received\":{\"return\":{},\"id\":1}"),
            line -> assertThat(line).contains("\"sent\":{\"execute\":\"cont\",\"id\":2}"),
            line -> assertThat(line).contains("\"received\":{\"timestamp\":").contains("RESUME"),
            line -> assertThat(line).contains("\"received\":{\"return\":{},\"id\":2}"),
            line -> assertThat(line).contains("\"ended\":\"it was closed on this side\""))
        .allMatch(line -> line.matches("\\{\"micros\":\\d+,.*"));
  }

  @Test
  void aSecretReachesQemuAndNoRecording() throws Exception {
    var secret =
        new ObjectAdd(
            ObjectOptions.Secret.builder("s")
                .data("hunter2")
                .format(QCryptoSecretFormat.RAW)
                .build());
    List<String> lines =
        recorded(Misbehaviour.NONE, connection -> failure(connection.send(secret)));

    assertThat(qemu.awaitReceived("object-add", 1, PATIENCE).arguments().path("data").textValue())
        .isEqualTo("hunter2");
    assertThat(lines)
        .anyMatch(line -> line.contains("\"data\":\"***\""))
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void aReplyThatIsASecretReachesTheCallerAndNoRecording() throws Exception {
    var ask =
        new RawCommand("qom-get", Json.object().put("path", "/objects/s").put("property", "data"));
    List<String> lines =
        recorded(
            Misbehaviour.NONE,
            connection -> {
              qemu.answer("qom-get", "\"hunter2\"");
              assertThat(connection.execute(ask, soon()).textValue()).isEqualTo("hunter2");
            });

    assertThat(lines)
        .anyMatch(line -> line.contains("\"received\":{\"return\":\"***\",\"id\":2}"))
        .noneMatch(line -> line.contains("hunter2"));
  }

  @Test
  void whatEndsAConnectionIsOnRecord() throws Exception {
    List<String> lines =
        recorded(
            Misbehaviour.GARBAGE_LINE,
            connection -> failure(connection.send(new PlainCommand("query-status"))));

    assertThat(lines)
        .anyMatch(line -> line.contains("\"received-start\":\"{\\\"return\\\": {]\""))
        .last()
        .satisfies(line -> assertThat(line.toString()).contains("\"ended\":\"what came is no QMP"));
  }

  @Test
  void aFileThatCannotBeMadeIsAFailureOfTheHost() {
    qemu = FakeQemu.listen(directory.resolve("qmp"));

    assertThatExceptionOfType(HostFailureException.class)
        .isThrownBy(() -> QmpRecording.to(directory.resolve("none").resolve("file")))
        .withMessageContaining("Cannot record to");
  }

  private interface Talk {
    void with(QmpConnection connection) throws Exception;
  }

  private List<String> recorded(Misbehaviour misbehaviour, Talk talk) throws Exception {
    qemu = FakeQemu.listen(directory.resolve("qmp"), misbehaviour);
    Path file = directory.resolve("recording.jsonl");
    try (QmpRecording recording = QmpRecording.to(file)) {
      QmpConnection connection =
          await(loop.loop().connect(qemu.socket(), PATIENCE, new RecordingListener(recording)));
      talk.with(connection);
      connection.close();
      await(connection.disconnected());
    }
    return Files.readAllLines(file);
  }
}
