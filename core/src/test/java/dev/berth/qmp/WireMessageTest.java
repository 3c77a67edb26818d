package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WireMessageTest {

  @Test
  void ofMembersThatComeTwiceTheLastCounts() throws WireException {
    assertThat(decode("{\"id\": 1, \"return\": 1, \"id\": 2, \"return\": {\"a\": 1, \"a\": 2}}"))
        .isEqualTo(reply(OptionalLong.of(2), Json.object().put("a", 2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"2\"", "2.0", "null", "[2]", "18446744073709551616", "{}"})
  void anIdThatIsNoneOfOursIsNone(String id) throws WireException {
    assertThat(decode("{\"return\": {}, \"id\": " + id + "}"))
        .isEqualTo(reply(OptionalLong.empty(), Json.object()));
  }

  @Test
  void halfOfASurrogatePairIsText() throws WireException {
    assertThat(decode("{\"return\": \"\\ud800\", \"id\": 2}"))
        .isEqualTo(reply(OptionalLong.of(2), Json.object().put("a", "\ud800").get("a")));
  }

  @Test
  void aReplyMayBeAThousandLevelsDeepAndNoDeeper() throws WireException {
    assertThat(decode("{\"return\": " + "[".repeat(999) + "]".repeat(999) + "}"))
        .isInstanceOf(WireMessage.Reply.class);
    refused(
        ("{\"return\": " + "[".repeat(1000) + "]".repeat(1000) + "}")
            .getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0xc0, 0xed, 0xf5, 0xff})
  void bytesThatAreNoUtf8AreNoQmp(int wrong) {
    byte[] bytes = "{\"return\": \"_x\"}".getBytes(StandardCharsets.US_ASCII);
    bytes[12] = (byte) wrong;

    refused(bytes);
  }

  @ParameterizedTest
  @CsvSource({"-1,-1", "1,1000000", "9223372036854775807,0", "1.5,0"})
  void atATimeThatIsNoneAnEventIsAtTheEpoch(String seconds, String micros) throws WireException {
    String stamp = "{\"seconds\": " + seconds + ", \"microseconds\": " + micros + "}";

    assertThat(decode("{\"event\": \"STOP\", \"timestamp\": " + stamp + "}"))
        .isEqualTo(new WireMessage.Event(new QmpEvent("STOP", Json.object(), Instant.EPOCH)));
  }

  @Test
  void whatIsSaidOfBadBytesIsShortAndPrintable() {
    byte[] bytes = ("\u0007\u001b[31m" + "x".repeat(100_000)).getBytes(StandardCharsets.US_ASCII);

    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> WireMessage.decode(bytes, 0, bytes.length))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).doesNotContain("\u001b"));
  }

  private static void refused(byte[] bytes) {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> WireMessage.decode(bytes, 0, bytes.length))
        .matches(e -> e.disconnect().reason() == QmpDisconnect.Reason.NOT_QMP);
  }

  private static WireMessage.Reply reply(OptionalLong id, JsonNode value) {
    return new WireMessage.Reply(id, new Outcome.Returned(value));
  }

  private static WireMessage decode(String line) throws WireException {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return WireMessage.decode(bytes, 0, bytes.length);
  }
}
