package dev.berth.qmp;

import static dev.berth.qmp.QmpRecorder.Direction.RECEIVED;
import static dev.berth.qmp.QmpRecorder.Direction.SENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlightRecorderTest {
  private final FlightRecorder recorder =
      new FlightRecorder(Clock.fixed(Instant.parse("2026-11-20T10:15:30.123Z"), ZoneOffset.UTC));

  @Test
  void messagesAreJsonLinesWithTimeAndDirection() {
    note(SENT, "{\"execute\":\"query-status\",\"id\":2}");
    note(RECEIVED, "{\"return\": {\"running\": true}, \"id\": 2}");
    recorder.ended(QmpDisconnect.of(QmpDisconnect.Reason.HUNG_UP, "QEMU closed the connection"));

    assertThat(text())
        .isEqualTo(
            """
            {"time":"2026-11-20T10:15:30.123Z","sent":{"execute":"query-status","id":2}}
            {"time":"2026-11-20T10:15:30.123Z","received":{"return":{"running":true},"id":2}}
            {"time":"2026-11-20T10:15:30.123Z","ended":"QEMU closed the connection"}
            """);
  }

  @Test
  void onlyTheLastMessagesAreKept() {
    for (int i = 0; i < FlightRecorder.MAX_MESSAGES + 5; i++) {
      note(SENT, Integer.toString(i));
    }

    assertThat(lines()).hasSize(FlightRecorder.MAX_MESSAGES);
    assertThat(lines().get(0).path("sent").intValue()).isEqualTo(5);
    assertThat(recorder.lines(1))
        .hasSizeLessThan(100)
        .contains("132".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void whatIsKeptIsBoundedInBytesToo() {
    String longest = "\"" + "x".repeat(FlightRecorder.MAX_MESSAGE_BYTES - 2) + "\"";
    for (int i = 0; i < FlightRecorder.MAX_MESSAGES; i++) {
      note(RECEIVED, longest);
    }

    assertThat(lines())
        .hasSize(FlightRecorder.MAX_BYTES / FlightRecorder.MAX_MESSAGE_BYTES)
        .allMatch(line -> line.has("received"));
  }

  @Test
  void ofALongMessageTheStartIsKeptAndItsLengthTold() {
    note(RECEIVED, "{\"return\": \"" + "x".repeat(200_000) + "\"}");

    assertThat(lines())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.path("bytes").intValue()).isEqualTo(200_014);
              assertThat(line.path("received-start").textValue())
                  .startsWith("{\"return\": \"xxx")
                  .hasSize(FlightRecorder.MAX_MESSAGE_BYTES);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"return\": {]", "220 mail.example.org ESMTP", "", "{} {}"})
  void whatIsNoJsonIsShownAsText(String message) {
    note(RECEIVED, message);

    assertThat(lines())
        .singleElement()
        .satisfies(line -> assertThat(line.path("received-start").textValue()).isEqualTo(message));
  }

  @Test
  void bytesThatAreNoTextAreShownAllTheSame() {
    byte[] bytes = {(byte) 0xff, '{', (byte) 0xc3, '}', (byte) 0xed, (byte) 0xa0, (byte) 0x80};
    recorder.message(RECEIVED, bytes, 0, bytes.length);
    note(RECEIVED, "{\"half\":\"\\ud800\"}");

    assertThat(lines()).hasSize(2).allMatch(line -> line.has("time"));
  }

  @Test
  void theBufferMayBeReused() {
    byte[] buffer = "..{\"a\":1}..".getBytes(StandardCharsets.US_ASCII);
    recorder.message(SENT, buffer, 2, 7);
    Arrays.fill(buffer, (byte) 'z');

    assertThat(lines())
        .singleElement()
        .satisfies(line -> assertThat(line.at("/sent/a").intValue()).isEqualTo(1));
  }

  private void note(QmpRecorder.Direction direction, String message) {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    recorder.message(direction, bytes, 0, bytes.length);
  }

  private String text() {
    return new String(recorder.lines(), StandardCharsets.UTF_8);
  }

  private List<JsonNode> lines() {
    return text().lines().map(FlightRecorderTest::read).toList();
  }

  private static JsonNode read(String line) {
    try {
      return Json.read(line);
    } catch (IOException e) {
      throw new UncheckedIOException("no JSON: " + line, e);
    }
  }
}
