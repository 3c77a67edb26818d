package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** The QEMU process of the domain is gone. */
@Api(since = "0.1")
public final class MachineLostException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public MachineLostException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public MachineLostException(String message, @Nullable Throwable cause) {
    super(ErrorCode.MACHINE_LOST, message, cause);
  }
}
