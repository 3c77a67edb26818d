package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** No host answers at the given address. */
@Api(since = "0.1")
public final class HostUnreachableException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public HostUnreachableException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public HostUnreachableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.HOST_UNREACHABLE, message, cause);
  }
}
