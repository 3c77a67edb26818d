package dev.berth.error;

import dev.berth.api.Api;
import org.jspecify.annotations.Nullable;

/** QEMU does not answer; pass a deadline to wait for it, or destroy the domain. */
@Api(since = "0.1")
public final class MachineStalledException extends BerthException {
  private static final long serialVersionUID = 1;

  /** An error with that message. */
  public MachineStalledException(String message) {
    this(message, null);
  }

  /** An error with that message and the failure behind it. */
  public MachineStalledException(String message, @Nullable Throwable cause) {
    super(ErrorCode.MACHINE_STALLED, message, cause);
  }
}
