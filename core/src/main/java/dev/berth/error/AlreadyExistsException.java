package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The name or UUID is taken by another domain. */
@Api(since = "0.1")
public final class AlreadyExistsException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public AlreadyExistsException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public AlreadyExistsException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ALREADY_EXISTS, message, cause);
  }
}
