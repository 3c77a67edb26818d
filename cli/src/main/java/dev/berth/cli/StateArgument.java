package dev.berth.cli;

import dev.berth.domain.DomainState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.TypeConversionException;

/** Domain states on the command line: {@code running,paused}. */
final class StateArgument {

  private StateArgument() {}

  /** The states that the text lists; {@code nostate} needs no blank. */
  static Set<DomainState> parse(String text) {
    Set<DomainState> states = EnumSet.noneOf(DomainState.class);
    for (String word : text.split(",", -1)) {
      states.add(state(word));
    }
    return states;
  }

  private static DomainState state(String word) {
    for (DomainState state : DomainState.values()) {
      if (word(state).equals(word) || state.text().equals(word)) {
        return state;
      }
    }
    throw new TypeConversionException("'" + word + "' is none of " + String.join(", ", words()));
  }

  /** Every state, as one word each. */
  static List<String> words() {
    List<String> words = new ArrayList<>();
    for (DomainState state : DomainState.values()) {
      words.add(word(state));
    }
    return words;
  }

  private static String word(DomainState state) {
    return state.text().replace(" ", "");
  }
}
