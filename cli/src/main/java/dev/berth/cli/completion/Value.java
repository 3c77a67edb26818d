package dev.berth.cli.completion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgSpec;

/**
 * What can be typed for an argument or for an option's value.
 *
 * @param kind of text
 * @param words to choose from, for {@link Kind#WORDS}
 */
record Value(Kind kind, List<String> words) {
  private static final Map<String, Kind> KINDS =
      Map.of(
          "NAME",
          Kind.DOMAIN,
          "KEY=VALUE",
          Kind.QMP,
          "FILE",
          Kind.FILE,
          "DIR",
          Kind.DIRECTORY,
          "COMMAND",
          Kind.COMMAND);

  /** Kinds of text. */
  enum Kind {
    /** None, or nothing that anybody could guess. */
    NONE,
    DOMAIN,
    FILE,
    DIRECTORY,
    COMMAND,
    /** A domain, a command of its QEMU or agent, or an argument of that, by its place. */
    QMP,
    WORDS
  }

  /** Of an argument or option, by its label, or by the words it was declared with. */
  static Value of(ArgSpec spec) {
    if (spec.completionCandidates() != null) {
      List<String> words = new ArrayList<>();
      spec.completionCandidates().forEach(words::add);
      return new Value(Kind.WORDS, words);
    }
    return new Value(KINDS.getOrDefault(spec.paramLabel(), Kind.NONE), List.of());
  }
}
