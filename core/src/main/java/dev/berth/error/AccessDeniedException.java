package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The host does not let this user do that; the message names the call and who could allow it. */
@Api(since = "0.1")
public final class AccessDeniedException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public AccessDeniedException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public AccessDeniedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ACCESS_DENIED, message, cause);
  }
}
