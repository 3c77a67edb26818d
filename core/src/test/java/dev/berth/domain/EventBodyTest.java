package dev.berth.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Events by their types. */
final class EventBodyTest {
  /** Every attribute that any type has. */
  private static final Map<String, String> ALL = new HashMap<>();

  static {
    String texts =
        "verb decision node operation action cause version detail then boot command was"
            + " disk nic share job kind subject phase message recipient device host service family"
            + " what value pool image directory";
    for (String text : texts.split(" ")) {
      ALL.put(text, text);
    }
    ALL.putAll(
        Map.of(
            "fdset",
            "1",
            "threshold",
            "1",
            "count",
            "3",
            "exceeded",
            "2",
            "try",
            "1",
            "tries",
            "5",
            "at",
            "2026-11-20T10:15:30Z"));
    ALL.putAll(
        Map.of("from", "1", "to", "2", "revision", "3", "timeout", "PT1M", "liveness", "stalled"));
  }

  static Stream<String> types() {
    return Arrays.stream(EventTypes.class.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .map(EventBodyTest::value);
  }

  private static String value(Field constant) {
    try {
      return (String) constant.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeThatThisVersionSendsHasABody(String type) {
    Map<String, String> attributes = new HashMap<>(ALL);
    attributes.put("state", "running");
    attributes.put("reason", type.equals(EventTypes.STATE) ? "booted" : "any");
    if (type.equals(EventTypes.STATE)) {
      attributes.put("from", "paused");
    }

    assertThat(EventBody.of(type, attributes)).isNotInstanceOf(EventBody.Unknown.class);
  }

  @Test
  void whatWasToldIsThereTyped() {
    assertThat(
            EventBody.of(
                EventTypes.STATE, Map.of("from", "paused", "state", "running", "reason", "booted")))
        .isEqualTo(
            new EventBody.StateChanged(
                DomainState.PAUSED, DomainState.RUNNING, StateReason.BOOTED, Optional.empty()));
    assertThat(
            EventBody.of(
                EventTypes.SHUTDOWN_REQUESTED, Map.of("timeout", "PT1M", "then", "destroy")))
        .isEqualTo(new EventBody.ShutdownRequested(Duration.ofMinutes(1), "destroy"));
    assertThat(EventBody.of(EventTypes.MISSED, Map.of("from", "3", "to", "9")))
        .isEqualTo(new EventBody.EventsMissed(3, 9));
  }

  @Test
  void whatANewerHostTellsIsUnknownAndKept() {
    Map<String, String> frozen = Map.of("from", "running", "state", "frozen", "reason", "user");

    assertThat(EventBody.of("domain.teleported", frozen))
        .isEqualTo(new EventBody.Unknown("domain.teleported", frozen));
    assertThat(EventBody.of(EventTypes.STATE, frozen))
        .isEqualTo(new EventBody.Unknown(EventTypes.STATE, frozen));
    assertThat(EventBody.of(EventTypes.DEFINED, Map.of("revision", "one")))
        .isInstanceOf(EventBody.Unknown.class);
    assertThat(EventBody.of(EventTypes.SHUTDOWN_REQUESTED, Map.of("timeout", "soon", "then", "x")))
        .isInstanceOf(EventBody.Unknown.class);
  }
}
