package dev.berth.definition;

import dev.berth.error.Problem;

/** The text cannot be taken apart; whoever parses turns it into a {@link Problem}. */
final class UnreadableDocumentException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Position position;
  private final String advice;

  UnreadableDocumentException(Position position, String advice) {
    super(advice, null, false, false);
    this.position = position;
    this.advice = advice;
  }

  Problem problem() {
    return new Problem("", position.line(), position.column(), advice);
  }
}
