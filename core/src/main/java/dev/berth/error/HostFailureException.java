package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The host could not do its part: a missing file, a taken port, no QEMU, no memory. */
@Api(since = "0.1")
public final class HostFailureException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public HostFailureException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public HostFailureException(String message, @Nullable Throwable cause) {
    super(ErrorCode.HOST_FAILURE, message, cause);
  }
}
