package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The deadline that the caller gave passed before the call was done. */
@Api(since = "0.1")
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
