package dev.berth.json;

/**
 * A JSON document lacks a member that it must have, or has it with another type. Thrown by the
 * decoders of replies and events; who asked translates it into an error of the caller's tree.
 */
public final class MalformedReplyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An error with that message, which names the member. */
  public MalformedReplyException(String message) {
    super(message);
  }
}
