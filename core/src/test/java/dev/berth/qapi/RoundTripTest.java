package dev.berth.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockInfo;
import dev.berth.qapi.block.BlockdevDriver;
import dev.berth.qapi.block.BlockdevOptions;
import dev.berth.qapi.machine.NumaNodeOptions;
import dev.berth.qapi.runstate.RunState;
import dev.berth.qmp.QmpCommand;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every generated record is what it was after it was written and read. */
final class RoundTripTest {

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyRecordIsReadAsItWasWritten(boolean full) throws IOException {
    var samples = new Samples(full);
    for (Class<?> type : values()) {
      var value = (QapiValue) samples.of(type);
      JsonNode onTheWire = Json.read(Json.bytes(value.encode()));
      assertThat(TypedCommands.read(type, onTheWire)).as("%s", type).isEqualTo(value);
    }
  }

  @Test
  void membersThatALaterQemuAddsAreIgnored() {
    var samples = new Samples(true);
    for (Class<?> type : values()) {
      var value = (QapiValue) samples.of(type);
      if (value.encode() instanceof ObjectNode object && !type.getSimpleName().equals("Unknown")) {
        object.putArray("x-later").add(1);
        assertThat(TypedCommands.read(type, object)).as("%s", type).isEqualTo(value);
      }
    }
  }

  @Test
  void everyUnionAndAlternateFindsItsVariant() {
    var samples = new Samples(true);
    for (Class<?> sealed : GeneratedTypes.classes()) {
      if (sealed.isSealed()) {
        for (Class<?> variant : sealed.getPermittedSubclasses()) {
          if (isRecognized(variant)) {
            var value = (QapiValue) samples.of(variant);
            assertThat(TypedCommands.read(sealed, value.encode()))
                .as("%s", variant)
                .isEqualTo(value);
          }
        }
      }
    }
  }

  @Test
  void everyCommandWritesItsArguments() {
    for (Class<?> type : GeneratedTypes.records()) {
      if (QmpCommand.class.isAssignableFrom(type)) {
        var least = (QmpCommand<?>) new Samples(false).of(type);
        var most = (QmpCommand<?>) new Samples(true).of(type);
        assertThat(least.command()).as("%s", type).isNotEmpty();
        assertThat(most.arguments().size()).isGreaterThanOrEqualTo(least.arguments().size());
      }
    }
  }

  @Test
  void aWordThatALaterQemuAddsSurvives() throws IOException {
    RunState later = RunState.read(Json.read("\"dreaming\""));
    assertThat(later).isEqualTo(new RunState("dreaming"));
    assertThat(Json.text(later.encode())).isEqualTo("\"dreaming\"");
  }

  @Test
  void aKindThatALaterQemuAddsIsKeptAsItCame() throws IOException {
    String later = "{\"driver\":\"tape\",\"node-name\":\"n\",\"reel\":3}";
    BlockdevOptions options = BlockdevOptions.read(Json.read(later));
    assertThat(options).isInstanceOf(BlockdevOptions.Unknown.class);
    assertThat(options.driver()).isEqualTo(new BlockdevDriver("tape"));
    assertThat(options.nodeName()).contains("n");
    assertThat(Json.text(options.encode())).isEqualTo(later);
  }

  @Test
  void nullIsNotNothingWhereItMeansSomething() throws IOException {
    String without = "{\"driver\":\"qcow2\",\"backing\":null,\"file\":\"f\"}";
    assertThat(BlockdevOptions.read(Json.read(without)).encode()).isEqualTo(Json.read(without));
  }

  @Test
  void aWholeNumberBeyondALongKeepsItsBits() throws IOException {
    String most = "{\"size\":18446744073709551615}";
    NumaNodeOptions node = NumaNodeOptions.read(Json.read(most.replace("size", "mem")));
    assertThat(node.mem()).contains(-1L);
    assertThat(Long.toUnsignedString(node.mem().orElseThrow())).isEqualTo("18446744073709551615");
    assertThat(Json.text(node.encode())).isEqualTo(most.replace("size", "mem"));
  }

  @Test
  void whatIsMalformedIsNamedWithItsPlace() throws IOException {
    JsonNode info =
        Json.read(
            "{\"device\":\"\",\"type\":\"\",\"removable\":false,\"locked\":false,"
                + "\"inserted\":{\"file\":7}}");
    assertThat(
            Optional.of(info)
                .map(
                    node -> {
                      try {
                        return BlockInfo.read(node).toString();
                      } catch (dev.berth.json.MalformedReplyException e) {
                        return e.getMessage();
                      }
                    }))
        .hasValueSatisfying(message -> assertThat(message).contains("inserted"));
  }

  /**
   * Plain variants and unknown values of alternates have no sample that is like no other one; nor
   * have unknown variants, whose samples have no tag, where values once had none.
   */
  private static boolean isRecognized(Class<?> variant) {
    return switch (variant.getSimpleName()) {
      case "Plain" -> false;
      case "Unknown" ->
          !isOf(variant, JsonNode.class)
              && Stream.of(variant.getEnclosingClass().getPermittedSubclasses())
                  .noneMatch(other -> other.getSimpleName().equals("Untagged"));
      default -> true;
    };
  }

  private static boolean isOf(Class<?> variant, Class<?> type) {
    return Stream.of(variant.getRecordComponents()).anyMatch(c -> c.getType() == type);
  }

  private static Iterable<Class<?>> values() {
    Stream<Class<?>> records =
        GeneratedTypes.records().stream()
            .filter(QapiValue.class::isAssignableFrom)
            .filter(RoundTripTest::isReadable);
    return records.toList();
  }

  /** Variants of alternates and unknown ones are read by what encloses them. */
  private static boolean isReadable(Class<?> type) {
    return Stream.of(type.getMethods()).anyMatch(method -> method.getName().equals("read"));
  }
}
