package dev.berth.generator.fact;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a definition of a schema is. */
public enum Kind {
  COMMAND,
  EVENT,
  STRUCT,
  UNION,
  ALTERNATE,
  ENUM;

  /** QAPI's word for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind of that word, if there is one. */
  public static Optional<Kind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  /** What its members are called in a fact file. */
  public String membersWord() {
    return switch (this) {
      case COMMAND -> "arguments";
      case ENUM -> "values";
      case EVENT, STRUCT, UNION, ALTERNATE -> "members";
    };
  }
}
