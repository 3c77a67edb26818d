package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The store could not make the change durable; the change did not happen. */
@Api(since = "0.1")
public final class StorageFailureException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public StorageFailureException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public StorageFailureException(String message, @Nullable Throwable cause) {
    super(ErrorCode.STORAGE_FAILURE, message, cause);
  }
}
