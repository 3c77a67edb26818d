package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/**
 * Another operation is in the way; the message names it and its age. The same call can succeed
 * later.
 */
@Api(since = "0.1")
public final class BusyException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public BusyException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public BusyException(String message, @Nullable Throwable cause) {
    super(ErrorCode.BUSY, message, cause);
  }
}
