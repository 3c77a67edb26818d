package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The connection ended before the outcome was known: the act may or may not have happened. */
@Api(since = "0.1")
public final class OutcomeUnknownException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public OutcomeUnknownException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUTCOME_UNKNOWN, message, cause);
  }
}
