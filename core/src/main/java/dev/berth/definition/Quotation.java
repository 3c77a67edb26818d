package dev.berth.definition;

/** Text from a document, made fit for a message. */
public final class Quotation {
  private static final int LIMIT = 80;

  private Quotation() {}

  /** The text in quotes, cut, on one line. */
  public static String of(String text) {
    return "'" + cut(text) + "'";
  }

  /** The text cut to 80 characters, with what a terminal would not print as itself replaced. */
  public static String cut(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints()
        .limit(LIMIT)
        .map(character -> isPrintable(character) ? character : '?')
        .forEach(clean::appendCodePoint);
    if (text.codePointCount(0, text.length()) > LIMIT) {
      clean.setLength(clean.offsetByCodePoints(clean.length(), -3));
      clean.append("...");
    }
    return clean.toString();
  }

  /** Whether it shows as itself: no control, direction, surrogate or line separating character. */
  public static boolean isPrintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
