package dev.berth.storage;

/** The content of a recovery copy is not what was written. */
final class UnreadableCopyException extends Exception {
  private static final long serialVersionUID = 1;

  UnreadableCopyException(String message) {
    super(message);
  }
}
