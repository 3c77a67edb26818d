package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** There is no such domain. */
@Api(since = "0.1")
public final class NotFoundException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public NotFoundException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(ErrorCode.NOT_FOUND, message, cause);
  }
}
