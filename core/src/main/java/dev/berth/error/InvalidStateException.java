package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/**
 * The verb is not legal in the domain's present state; the message names the actual state and what
 * would be legal.
 */
@Api(since = "0.1")
public final class InvalidStateException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public InvalidStateException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public InvalidStateException(String message, @Nullable Throwable cause) {
    super(ErrorCode.INVALID_STATE, message, cause);
  }
}
