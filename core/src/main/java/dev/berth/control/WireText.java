package dev.berth.control;

import dev.berth.domain.AgentState;
import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Enum constants as texts of the wire. The enums are open there: a newer host may send a text that
 * this version does not know, so reading answers an {@link Optional} and each decoder says what it
 * makes of an unknown one.
 */
final class WireText {
  private WireText() {}

  /** {@code KEEP_RUNNING} as {@code keep-running}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The constant that {@link #of} gives that text. */
  static <E extends Enum<E>> Optional<E> parse(Class<E> type, String text) {
    return find(type, WireText::of, text);
  }

  /** Every text of that type, for messages. */
  static <E extends Enum<E>> String all(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(WireText::of)
        .collect(Collectors.joining(", "));
  }

  static Optional<DomainState> state(String text) {
    return find(DomainState.class, DomainState::text, text);
  }

  static Optional<StateReason> reason(String text) {
    return find(StateReason.class, StateReason::text, text);
  }

  static Optional<Liveness> liveness(String text) {
    return find(Liveness.class, Liveness::text, text);
  }

  static Optional<AgentState> agent(String text) {
    return find(AgentState.class, AgentState::text, text);
  }

  private static <E extends Enum<E>> Optional<E> find(
      Class<E> type, Function<E, String> texts, String text) {
    for (E constant : type.getEnumConstants()) {
      if (texts.apply(constant).equals(text)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
