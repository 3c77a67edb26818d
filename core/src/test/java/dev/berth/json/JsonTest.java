package dev.berth.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "true",
        "-7",
        "18446744073709551615",
        "9223372036854775807",
        "1.5",
        "\"\"",
        "\"gr\\u00fc\\u00dfe \\ud83d\\ude00 \\\"quoted\\\" \\u0000\"",
        "[1,[2,[3,[]],{}],{\"a\":{\"b\":[null,false]}}]",
        "{\"z\":1,\"a\":2}"
      })
  void whatIsReadIsWrittenAgain(String document) throws IOException {
    JsonNode tree = Json.read(document);

    assertThat(Json.read(Json.text(tree))).isEqualTo(tree);
    assertThat(Json.read(Json.bytes(tree))).isEqualTo(tree);
  }

  @Test
  void writesOnOneLineInTheOrderOfReading() throws IOException {
    assertThat(Json.text(Json.read(" { \"b\" : 1 ,\n \"a\" : [ 1 , 2 ] } ")))
        .isEqualTo("{\"b\":1,\"a\":[1,2]}");
  }

  @Test
  void keepsUnsigned64BitNumbersWhole() throws IOException {
    assertThat(Json.read("18446744073709551615").bigIntegerValue())
        .isEqualTo(new BigInteger("18446744073709551615"));
  }

  @Test
  void whatTwoReadersCouldReadDifferentlyIsRefusedWhenReadStrictly() throws IOException {
    assertThat(Json.readStrictly("{\"a\":{\"a\":\"\\ud83d\\ude00\"},\"b\":1}"))
        .isEqualTo(Json.read("{\"a\":{\"a\":\"\\ud83d\\ude00\"},\"b\":1}"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Json.readStrictly("{\"a\":1,\"b\":{\"c\":2,\"c\":2}}"))
        .withMessageContaining("member 'c' is there twice");
    for (String half :
        new String[] {"\"\\ud800\"", "\"\\udc00x\"", "{\"\\ud800\":1}", "\"\ud800\""}) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> Json.readStrictly(half))
          .withMessageContaining("surrogate");
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedWhenReadStrictly() throws IOException {
    assertThat(Json.readStrictly("\"ü\"".getBytes(StandardCharsets.UTF_8)).textValue())
        .isEqualTo("ü");
    // Not a start, cut off, longer than need be, and half a surrogate pair.
    int[][] bad = {{0xff}, {0xc3}, {0xc0, 0xaf}, {0xed, 0xa0, 0x80}};
    for (int[] bytes : bad) {
      byte[] text = new byte[bytes.length + 2];
      text[0] = '"';
      text[bytes.length + 1] = '"';
      for (int i = 0; i < bytes.length; i++) {
        text[i + 1] = (byte) bytes[i];
      }
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> Json.readStrictly(text))
          .withMessageContaining("not UTF-8");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "  ", "{", "[1,", "{\"a\":}", "{]", "{} {}", "1 2", "nul", "{\"a\" 1}", "\"a"})
  void refusesWhatIsNotOneDocument(String text) {
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Json.read(text));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Json.read(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void refusesWhatIsTooDeepTooLongOrTooMuch() {
    String deep = "[".repeat(Json.MAX_DEPTH + 1) + "]".repeat(Json.MAX_DEPTH + 1);
    String longNumber = "9".repeat(Json.MAX_NUMBER_CHARS + 1);
    String many = "[" + "[],".repeat(Json.MAX_TOKENS / 2) + "[]]";

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Json.read(deep));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Json.read(longNumber));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Json.read(many));
  }

  @Test
  void readsTheGreatestDepthWithoutRecursion() throws IOException {
    String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);

    assertThat(Json.text(Json.read(deep))).isEqualTo(deep);
  }

  @Test
  void halfOfASurrogatePairIsReadButNeverWritten() throws IOException {
    JsonNode tree = Json.read("[\"a\\ud800b\", \"\\udc00\", \"\\ud83d\\ude00\"]");

    JsonNode mended = Json.read("[\"a\ufffdb\", \"\ufffd\", \"\ud83d\ude00\"]");
    assertThat(Json.read(Json.bytes(tree))).isEqualTo(mended);
    assertThat(Json.read(Json.text(tree))).isEqualTo(mended);
    assertThat(Json.text(Json.object().put("\ud800", 1))).isEqualTo("{\"\ufffd\":1}");
  }

  @Test
  void ofAMemberThatComesTwiceTheLastCounts() throws IOException {
    assertThat(Json.read("{\"a\": 1, \"b\": 2, \"a\": {\"c\": 3}}"))
        .isEqualTo(Json.read("{\"a\": {\"c\": 3}, \"b\": 2}"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0xc0, 0xc3, 0xed, 0xf5, 0xff})
  void refusesBytesThatAreNoUtf8(int wrong) {
    byte[] bytes = "{\"a\": \"_x\"}".getBytes(StandardCharsets.US_ASCII);
    bytes[7] = (byte) wrong;

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Json.read(bytes));
  }

  @Test
  void mandatoryMembersNameThemselvesWhenTheyAreMissingOrWrong() throws IOException {
    JsonNode node = Json.read("{\"text\": 1, \"number\": 1.5, \"flag\": \"yes\", \"huge\": 1e3}");

    assertMalformed(() -> Json.text(node, "status"), "'status' is missing");
    assertMalformed(() -> Json.text(node, "text"), "'text' should be text");
    assertMalformed(() -> Json.number(node, "number"), "'number' should be a whole number");
    assertMalformed(() -> Json.number(node, "huge"), "'huge' should be a whole number");
    assertMalformed(() -> Json.flag(node, "flag"), "'flag' should be true or false");
    assertMalformed(() -> Json.object(node, "flag"), "'flag' should be an object");
    assertMalformed(() -> Json.array(node, "flag"), "'flag' should be an array");
    assertMalformed(() -> Json.text(node.path("text"), "status"), "'status' is missing");
    assertMalformed(() -> Json.elements(node), "an array is expected");
  }

  @Test
  void optionalMembersAreEmptyWhenTheyAreMissingOrWrong() throws IOException {
    JsonNode node = Json.read("{\"a\": null, \"b\": 18446744073709551615}");

    assertThat(Json.optionalText(node, "a")).isEmpty();
    assertThat(Json.optionalNumber(node, "b")).isEmpty();
    assertThat(Json.optionalFlag(node, "none")).isEmpty();
    assertThat(Json.optionalObject(node, "a")).isEmpty();
  }

  private static void assertMalformed(ThrowingCallable read, String message) {
    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(read)
        .withMessageContaining(message);
  }
}
