package dev.berth.domain;

import dev.berth.error.InvalidRequestException;

/**
 * Whom events and logs name as the one who acts: 1 to 128 printable characters.
 *
 * @param text the name
 */
public record ActorName(String text) {
  private static final int MAX_CHARS = 128;

  /** What a legal name looks like, for messages. */
  public static final String RULE = "1 to " + MAX_CHARS + " printable characters";

  /**
   * A checked name.
   *
   * @throws InvalidRequestException when the text is not a legal one
   */
  public ActorName {
    if (!isLegal(text)) {
      throw new InvalidRequestException("The name of an actor should be " + RULE + ".");
    }
  }

  /** Whether that text can name an actor. */
  public static boolean isLegal(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_CHARS
        && text.codePoints().noneMatch(Character::isISOControl);
  }
}
