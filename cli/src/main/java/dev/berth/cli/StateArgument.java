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
    List<String> known = new ArrayList<>();
    for (DomainState state : DomainState.values()) {
      String name = state.text().replace(" ", "");
      if (name.equals(word) || state.text().equals(word)) {
        return state;
      }
      known.add(name);
    }
    throw new TypeConversionException("'" + word + "' is none of " + String.join(", ", known));
  }
}
