package dev.berth.domain;

import dev.berth.api.Api;
import dev.berth.error.InvalidRequestException;

/**
 * The name of a domain, unique on its host: 1 to 64 characters, ASCII letters, digits, {@code .},
 * {@code _} and {@code -}, beginning with a letter or digit.
 */
@Api(since = "0.1")
public record DomainName(String text) implements Comparable<DomainName> {
  private static final int MAX_LENGTH = 64;

  /** What a legal name looks like, for messages. */
  public static final String RULE = "1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit";

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the text is not a legal name
   */
  public DomainName {
    if (!isLegal(text)) {
      throw new InvalidRequestException(
          "'" + printable(text) + "' is no domain name: use " + RULE + ".");
    }
  }

  /** Whether that text can be a domain's name. */
  public static boolean isLegal(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH || !isLetterOrDigit(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      if (!isLetterOrDigit(text.charAt(i)) && "._-".indexOf(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  /** The text with control characters replaced and cut to 80 characters, fit for a message. */
  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 80 ? clean : clean.substring(0, 77) + "...";
  }

  @Override
  public int compareTo(DomainName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
