package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/**
 * This QEMU or this host lacks what was asked for; the message names the version and the
 * alternative.
 */
@Api(since = "0.1")
public final class UnsupportedException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public UnsupportedException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public UnsupportedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNSUPPORTED, message, cause);
  }
}
