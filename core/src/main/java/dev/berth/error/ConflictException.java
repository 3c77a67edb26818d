package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** Somebody else changed the thing since the caller read it; nothing was changed by this call. */
@Api(since = "0.1")
public final class ConflictException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public ConflictException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public ConflictException(String message, @Nullable Throwable cause) {
    super(ErrorCode.CONFLICT, message, cause);
  }
}
