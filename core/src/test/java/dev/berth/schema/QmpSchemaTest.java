package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.schema.SchemaType.Builtin;
import dev.berth.schema.SchemaType.Enumeration;
import dev.berth.schema.SchemaType.Structure;
import dev.berth.testing.TestSchema;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QmpSchemaTest {

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void everyCommandAndEventIsIndexed(TestSchema source) {
    QmpSchema schema = source.index();

    for (JsonNode entity : source.reply()) {
      String name = Json.text(entity, "name");
      switch (Json.text(entity, "meta-type")) {
        case "command" -> assertThat(schema.command(name)).as(name).isPresent();
        case "event" -> assertThat(schema.event(name)).as(name).isPresent();
        default -> assertThat(schema.type(name)).as(name).isNotNull();
      }
    }
    assertThat(schema.commandNames()).hasSizeGreaterThan(190);
    assertThat(schema.eventNames()).contains("SHUTDOWN", "RESET");
  }

  @Test
  void aCommandTellsItsArgumentsAndWhatItMayDo() {
    QmpSchema schema = TestSchema.of("7.2.22").index();
    SchemaCommand yank = schema.command("yank").orElseThrow();
    SchemaCommand mirror = schema.command("blockdev-mirror").orElseThrow();
    Structure arguments = mirror.arguments().orElseThrow();

    assertThat(yank.outOfBand()).isTrue();
    assertThat(mirror.outOfBand()).isFalse();
    assertThat(arguments.members().get("device").optional()).isFalse();
    assertThat(arguments.members().get("speed").optional()).isTrue();
    assertThat(schema.type(arguments.members().get("speed").type())).isEqualTo(Builtin.INTEGER);
    assertThat(schema.type(arguments.members().get("sync").type()))
        .isInstanceOfSatisfying(
            Enumeration.class, sync -> assertThat(sync.values()).contains("top", "full", "none"));
    assertThat(schema.command("query-cpus")).isEmpty();
    assertThat(schema.command("x-query-jit").orElseThrow().features()).contains("unstable");
  }

  @Test
  void whatIsSupportedIsAskedByName() {
    QmpSchema old = TestSchema.of("5.2.0").index();
    QmpSchema newest = TestSchema.of("11.1.3").index();

    assertThat(old.supports("set-action")).isFalse();
    assertThat(newest.supports("set-action")).isTrue();
    assertThat(newest.supports("set-action", "panic")).isTrue();
    assertThat(newest.supports("set-action", "mood")).isFalse();
    assertThat(old.supports("set-action", "panic")).isFalse();
    assertThat(old.supports("migrate", "channels")).isFalse();
    assertThat(newest.supports("migrate", "channels")).isTrue();
  }

  @Test
  void argumentsOfUnionsCountWhereverTheyAre() {
    QmpSchema schema = TestSchema.of("7.2.22").index();

    assertThat(schema.supports("blockdev-add", "node-name")).isTrue();
    assertThat(schema.supports("blockdev-add", "backing")).isTrue();
    assertThat(schema.supports("blockdev-add", "bakcing")).isFalse();
    assertThat(schema.supports("object-add", "secret")).isFalse();
    assertThat(schema.supports("device_add", "whatever-the-device-has")).isTrue();
  }

  @Test
  void aQemuThatOnlyListsItsCommandsHasThemWithAnyArguments() throws IOException {
    QmpSchema schema = QmpSchema.ofCommands("1.4.0", List.of("quit", "change"));

    assertThat(schema.commandNames()).containsExactly("change", "quit");
    assertThat(schema.supports("change", "target")).isTrue();
    assertThat(schema.supports("yank")).isFalse();
    assertThat(schema.check("change", Json.read("{\"device\":[1]}"))).isEmpty();
    assertThat(schema.check("yank", Json.object())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[7]",
        "[{}]",
        "[{\"name\":\"x\"}]",
        "[{\"name\":\"x\",\"meta-type\":\"command\",\"arg-type\":\"0\",\"ret-type\":\"0\"}]",
        "[{\"name\":\"x\",\"meta-type\":\"array\",\"element-type\":\"y\"}]",
        "[{\"name\":\"x\",\"meta-type\":\"enum\",\"values\":7}]",
        "[{\"name\":\"x\",\"meta-type\":\"alternate\",\"members\":[{\"type\":\"y\"}]}]",
        "[{\"name\":\"x\",\"meta-type\":\"object\",\"members\":[],\"tag\":\"y\"}]",
        "[{\"name\":\"x\",\"meta-type\":\"object\",\"members\":[{\"name\":\"m\",\"type\":\"y\"}]}]",
        "[{\"name\":\"x\",\"meta-type\":\"object\",\"members\":[],"
            + "\"variants\":[{\"case\":\"c\",\"type\":\"x2\"}]}]"
      })
  void aSchemaThatDoesNotHoldTogetherIsRefused(String reply) throws IOException {
    JsonNode json = Json.read(reply);

    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> QmpSchema.read("0.0.0", json));
  }

  @Test
  void aMetaTypeOfALaterQemuTakesAnything() throws IOException {
    QmpSchema schema =
        QmpSchema.read(
            "99.0.0",
            Json.read(
                "[{\"name\":\"0\",\"meta-type\":\"object\",\"members\":[]},"
                    + "{\"name\":\"1\",\"meta-type\":\"object\","
                    + "\"members\":[{\"name\":\"m\",\"type\":\"2\"}]},"
                    + "{\"name\":\"2\",\"meta-type\":\"bag\"},"
                    + "{\"name\":\"c\",\"meta-type\":\"command\",\"arg-type\":\"1\","
                    + "\"ret-type\":\"0\"}]"));

    assertThat(schema.check("c", Json.read("{\"m\":[1,{\"a\":null}]}"))).isEmpty();
  }
}
