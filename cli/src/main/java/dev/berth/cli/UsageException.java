package dev.berth.cli;

/** The command line is wrong in a way that only its command can tell. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }

  /** What is wrong. */
  String message() {
    return String.valueOf(getMessage());
  }
}
