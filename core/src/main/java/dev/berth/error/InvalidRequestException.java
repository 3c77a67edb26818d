package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** An argument of the call is wrong in every state: mend the call. */
@Api(since = "0.1")
public final class InvalidRequestException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public InvalidRequestException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public InvalidRequestException(String message, @Nullable Throwable cause) {
    super(ErrorCode.INVALID_REQUEST, message, cause);
  }
}
