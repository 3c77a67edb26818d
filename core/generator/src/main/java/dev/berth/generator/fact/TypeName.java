package dev.berth.generator.fact;

import java.util.Set;

/**
 * A type as a schema refers to it.
 *
 * @param name the name of a definition or of a builtin
 * @param list whether it is an array of that
 */
public record TypeName(String name, boolean list) {
  private static final Set<String> WHOLE_NUMBERS =
      Set.of(
          "int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "size");
  private static final Set<String> OTHER_BUILTINS =
      Set.of("str", "bool", "number", "any", "null", "QType");

  /** The type of that text: {@code str}, or {@code [str]} for an array. */
  public static TypeName parse(String text) {
    return text.startsWith("[")
        ? new TypeName(text.substring(1, text.length() - 1), true)
        : new TypeName(text, false);
  }

  /** The text that {@link #parse} reads. */
  public String text() {
    return list ? "[" + name + "]" : name;
  }

  /** Whether it is, or is an array of, a whole number. */
  public boolean isWholeNumber() {
    return WHOLE_NUMBERS.contains(name);
  }

  /** Whether no definition gives it its meaning. */
  public boolean isBuiltin() {
    return isWholeNumber() || OTHER_BUILTINS.contains(name);
  }

  /** Whether both look the same on the wire as far as introspection tells. */
  public boolean isLike(TypeName other) {
    return list == other.list
        && (name.equals(other.name) || isWholeNumber() && other.isWholeNumber());
  }
}
