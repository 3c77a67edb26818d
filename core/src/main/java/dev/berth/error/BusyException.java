package dev.berth.error;

import dev.berth.api.Api;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Another operation is in the way; the message names it and its age. The same call can succeed
 * later.
 */
@Api(since = "0.1")
public final class BusyException extends BerthException {
  private static final long serialVersionUID = 1;

  private final @Nullable String job;

  /** An error with that message. */
  public BusyException(String message) {
    this(message, (Throwable) null);
  }

  /** An error with that message and the failure behind it. */
  public BusyException(String message, @Nullable Throwable cause) {
    super(ErrorCode.BUSY, message, cause);
    this.job = null;
  }

  /** An error with that message, because of that job. */
  public BusyException(String message, String job) {
    super(ErrorCode.BUSY, message, null);
    this.job = job;
  }

  /** The id of the job that is in the way; empty when it is no job that is. */
  public Optional<String> job() {
    return Optional.ofNullable(job);
  }
}
