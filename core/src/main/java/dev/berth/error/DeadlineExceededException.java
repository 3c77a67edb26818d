package dev.berth.error;

import org.jspecify.annotations.Nullable;

/** The deadline that the caller gave passed before the call was done. */
public final class DeadlineExceededException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public DeadlineExceededException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public DeadlineExceededException(String message, @Nullable Throwable cause) {
    super(ErrorCode.DEADLINE_EXCEEDED, message, cause);
  }
}
