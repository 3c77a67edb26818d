package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArgumentCheckTest {
  private static final QmpSchema SCHEMA = TestSchema.of("7.2.22").index();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query-status|{}",
        "blockdev-add|{\"driver\":\"null-co\",\"node-name\":\"n\",\"size\":18446744073709551615}",
        "blockdev-add|{\"driver\":\"qcow2\",\"file\":\"f\",\"backing\":null}",
        "blockdev-add|{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/f\"},"
            + "\"backing\":{\"driver\":\"raw\",\"file\":\"b\"}}",
        "device_add|{\"driver\":\"virtio-blk-pci\",\"drive\":\"n\",\"bootindex\":1}",
        "qom-set|{\"path\":\"/\",\"property\":\"p\",\"value\":{\"any\":[1,\"x\",null]}}",
        "chardev-add|{\"id\":\"c\",\"backend\":{\"type\":\"null\",\"data\":{}}}",
        "transaction|{\"actions\":[{\"type\":\"abort\",\"data\":{}}]}",
        "set_password|{\"protocol\":\"vnc\",\"password\":\"p\",\"display\":\"d\"}",
      })
  void whatTheSchemaAllowsHasNoProblem(String command, String arguments) throws IOException {
    assertThat(SCHEMA.check(command, Json.read(arguments))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query-stauts|{}"
            + "|there is no command 'query-stauts'; did you mean 'query-stats' or 'query-status'?",
        "query-status|{\"a\":1}|arguments.a: there is no such member; there is none",
        "query-status|[]|arguments: should be an object, but is an array",
        "blockdev-del|{}|arguments.node-name: is missing",
        "blockdev-del|{\"node-name\":\"n\",\"nod-name\":\"n\"}"
            + "|arguments.nod-name: there is no such member; did you mean 'node-name'?",
        "blockdev-del|{\"node-name\":7}"
            + "|arguments.node-name: should be a string, but is a whole number",
        "balloon|{\"value\":1.5}|arguments.value: should be a whole number, but is a number",
        "balloon|{\"value\":18446744073709551616}|arguments.value: is beyond 64 bits",
        "balloon|{\"value\":-9223372036854775809}|arguments.value: is beyond 64 bits",
        "balloon|{\"value\":true}|arguments.value: should be a whole number, but is true",
        "set-action|{\"panic\":\"puase\"}"
            + "|arguments.panic: does not know 'puase'; did you mean 'pause'?",
        "set-action|{\"panic\":\"dance\"}|arguments.panic: does not know 'dance';"
            + " there are pause, shutdown, exit-failure, none",
        "device_add|{\"id\":7,\"driver\":\"d\",\"x\":1}"
            + "|arguments.id: should be a string, but is a whole number",
        "blockdev-add|{\"driver\":\"qcwo2\",\"what\":1}"
            + "|arguments.driver: does not know 'qcwo2'; did you mean 'qcow2'?",
        "blockdev-add|{\"driver\":7}|arguments.driver: should be a string, but is a whole number",
        "blockdev-add|{\"driver\":\"qcow2\",\"file\":7}"
            + "|arguments.file: should be an object or a string, but is a whole number",
        "blockdev-add|{\"driver\":\"qcow2\",\"file\":\"f\",\"backing\":"
            + "{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filname\":\"/f\","
            + "\"filename\":\"/f\"}}}"
            + "|arguments.backing.file.filname: there is no such member where driver is 'file';"
            + " did you mean 'filename'?",
        "blockdev-add|{\"driver\":\"null-co\",\"filename\":\"/f\"}"
            + "|arguments.filename: there is no such member where driver is 'null-co';"
            + " there are driver, node-name, discard, cache, read-only, auto-read-only,"
            + " force-share, detect-zeroes, size, latency-ns, read-zeroes",
        "transaction|{\"actions\":[{\"type\":\"abort\",\"data\":{}},{\"type\":\"abort\"}]}"
            + "|arguments.actions[1].data: is missing",
        "qom-set|{\"path\":\"/\",\"property\":\"p\",\"value\":[\"\\ud800\"]}"
            + "|arguments.value[0]: holds half a surrogate pair, which is no character",
      })
  void everyProblemHasItsPath(String command, String arguments, String problem) throws IOException {
    assertThat(SCHEMA.check(command, Json.read(arguments)))
        .first()
        .extracting(Violation::text)
        .isEqualTo(problem);
  }

  @Test
  void aNameThatNoTextCanHoldIsNotRepeated() {
    assertThat(SCHEMA.check("stop", Json.object().put("\udc00\u001b[31m", 1)))
        .first()
        .extracting(Violation::text)
        .isEqualTo(
            "arguments.'??[31m': has half a surrogate pair in its name, which is no character");
  }

  @Test
  void allProblemsAreToldAtOnce() throws IOException {
    List<Violation> problems =
        SCHEMA.check(
            "blockdev-mirror",
            Json.read("{\"device\":1,\"target\":\"t\",\"sync\":\"ful\",\"spede\":9}"));

    assertThat(problems)
        .extracting(Violation::path)
        .containsExactlyInAnyOrder("arguments.device", "arguments.sync", "arguments.spede");
  }

  @Test
  void manyProblemsAreCutShort() {
    ObjectNode arguments = Json.object();
    for (int i = 0; i < 100_000; i++) {
      arguments.put("member-" + i, i);
    }

    assertThat(SCHEMA.check("query-status", arguments)).hasSize(20);
  }

  @Test
  void deepNestingIsAProblemAndNoOverflow() {
    JsonNode value = Json.object();
    for (int i = 0; i < 100_000; i++) {
      value = Json.array().add(value);
    }
    ObjectNode arguments = Json.object().put("path", "/").put("property", "p");
    arguments.set("value", value);

    assertThat(SCHEMA.check("qom-set", arguments))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.message()).isEqualTo("is nested more than 1000 levels deep");
              assertThat(problem.path()).startsWith("arguments.value[0][0]").hasSizeLessThan(300);
            });
  }

  @Test
  void aThousandBackingImagesAreChecked() {
    ObjectNode innermost = Json.object().put("driver", "qcow2").put("fiel", "f");
    ObjectNode outermost = innermost;
    for (int i = 0; i < 900; i++) {
      ObjectNode image = Json.object().put("driver", "qcow2").put("file", "f");
      image.set("backing", outermost);
      outermost = image;
    }

    assertThat(SCHEMA.check("blockdev-add", outermost))
        .extracting(Violation::message)
        .containsExactlyInAnyOrder(
            "is missing", "there is no such member where driver is 'qcow2'; did you mean 'file'?");
  }

  @Test
  void aHostileSchemaCostsNoMoreThanTheArguments() throws IOException {
    ArrayNode reply = (ArrayNode) Json.read(LOOPS);
    QmpSchema schema = QmpSchema.read("6.6.6", reply);

    assertThat(schema.check("c", Json.read("{\"u\":\"a\",\"s\":[[[[]]]],\"x\":1}")))
        .extracting(Violation::text)
        .contains("arguments.x: should be one of several types, but is a whole number");
    assertThat(schema.supports("c", "u")).isTrue();
  }

  /** A union that is its own variant, an array of itself, and an alternate of itself. */
  private static final String LOOPS =
      """
      [{"name":"c","meta-type":"command","arg-type":"u","ret-type":"u"},
       {"name":"w","meta-type":"enum","values":["a"]},
       {"name":"s","meta-type":"array","element-type":"s"},
       {"name":"x","meta-type":"alternate","members":[{"type":"x"}]},
       {"name":"u","meta-type":"object","tag":"u","variants":[{"case":"a","type":"u"}],
        "members":[{"name":"u","type":"w"},{"name":"s","type":"s"},{"name":"x","type":"x"}]}]
      """;
}
