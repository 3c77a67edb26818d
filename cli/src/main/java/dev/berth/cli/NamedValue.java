package dev.berth.cli;

import dev.berth.cli.output.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A word {@code NAME=VALUE} of an option that may be given several times. */
record NamedValue(String name, String value) {

  /**
   * The words of an option, each with a name of its own.
   *
   * @param form what a word should look like
   */
  static List<NamedValue> of(Parameter<List<String>> words, String option, String form) {
    Map<String, NamedValue> given = new LinkedHashMap<>();
    for (String word : words.given().orElse(List.of())) {
      int split = word.indexOf('=');
      if (split < 1 || split == word.length() - 1) {
        throw new UsageException(
            "Invalid value for option '" + option + "': write it as " + form + ".");
      }
      NamedValue one = new NamedValue(word.substring(0, split), word.substring(split + 1));
      if (given.put(one.name(), one) != null) {
        throw new UsageException(
            option + ": '" + Printable.line(one.name()) + "' is given twice: keep one of them.");
      }
    }
    return List.copyOf(given.values());
  }
}
