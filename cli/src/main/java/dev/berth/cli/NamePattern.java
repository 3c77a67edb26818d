package dev.berth.cli;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern of domain names, as shells have them: {@code *} for any characters, {@code ?} for one,
 * {@code [a-c]} and {@code [!a-c]} for one of some. None of these can be in a name, so a text is
 * either a name or a pattern.
 */
final class NamePattern {
  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Whether the text is a pattern rather than a name. */
  static boolean isPattern(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
  }

  /**
   * The pattern.
   *
   * @throws UsageException when what a bracket holds makes no sense, or it is not closed
   */
  static NamePattern of(String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '[') {
        int end = text.indexOf(']', i);
        regex.append(choice(text, i, end));
        i = end;
      } else {
        regex.append(each == '*' ? ".*" : each == '?' ? "." : Pattern.quote(String.valueOf(each)));
      }
    }
    try {
      return new NamePattern(Pattern.compile(regex.toString()));
    } catch (PatternSyntaxException rangeFromHighToLow) {
      throw malformed(text);
    }
  }

  /** Whether the whole name fits. */
  boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  private static String choice(String text, int start, int end) {
    String inside = end < 0 ? "" : text.substring(start + 1, end);
    if (!inside.matches("!?([A-Za-z0-9._](-[A-Za-z0-9._])?)+-?")) {
      throw malformed(text);
    }
    return "[" + inside.replaceFirst("^!", "^").replaceFirst("-$", "\\\\-") + "]";
  }

  private static UsageException malformed(String text) {
    return new UsageException(
        "'" + text + "' is no pattern: brackets hold characters of names, such as '[a-c7]'.");
  }
}
