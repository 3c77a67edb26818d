package dev.berth.error;

import dev.berth.api.Api;
import java.util.Optional;

/**
 * Stable codes of {@link BerthException}s, as they stand on the wire and in the documentation, with
 * the exit code that {@code vmctl} derives from each. Append-only: a code never changes its
 * meaning.
 */
@Api(since = "0.1")
public enum ErrorCode {
  /** The document has to be mended. */
  INVALID_DEFINITION("invalid-definition", 3),
  /** There is no such domain. */
  NOT_FOUND("not-found", 4),
  /** The name or UUID is taken. */
  ALREADY_EXISTS("already-exists", 5),
  /** Somebody else changed it first: read again. */
  CONFLICT("conflict", 5),
  /** Not legal in this state; the message says what is. */
  INVALID_STATE("invalid-state", 6),
  /** Something else is in the way; try again later. */
  BUSY("busy", 7),
  /** This host or QEMU lacks it. */
  UNSUPPORTED("unsupported", 8),
  /** QEMU said no, in its own words. */
  REFUSED_BY_QEMU("refused-by-qemu", 9),
  /** It may or may not have happened: look before anything else. */
  OUTCOME_UNKNOWN("outcome-unknown", 10),
  /** The QEMU process is gone. */
  MACHINE_LOST("machine-lost", 11),
  /** QEMU does not answer: give a deadline to wait, or destroy. */
  MACHINE_STALLED("machine-stalled", 12),
  /** The wait is over; what was asked goes on. */
  DEADLINE_EXCEEDED("deadline-exceeded", 13),
  /** The host lacks something: a file, a port, memory, a QEMU binary. */
  HOST_FAILURE("host-failure", 14),
  /** The change could not be made durable; nothing was changed. */
  STORAGE_FAILURE("storage-failure", 15),
  /** No host answers, or it was closed. */
  HOST_UNREACHABLE("host-unreachable", 16),
  /** No state would accept the call as it is. */
  INVALID_REQUEST("invalid-request", 17),
  /** Whoever runs the host has to allow it; the message names the call. */
  ACCESS_DENIED("access-denied", 18),
  /** Give the descriptors and secrets that the message names. */
  RESOURCES_MISSING("resources-missing", 19);

  private final String text;
  private final int exitCode;

  ErrorCode(String text, int exitCode) {
    this.text = text;
    this.exitCode = exitCode;
  }

  /** The code as it appears on the wire, in JSON output and in the documentation. */
  public String text() {
    return text;
  }

  /** The exit code of a {@code vmctl} invocation that ends with this error. */
  public int exitCode() {
    return exitCode;
  }

  /** The code of that wire text, or empty for a code this version does not know. */
  public static Optional<ErrorCode> of(String text) {
    for (ErrorCode code : values()) {
      if (code.text.equals(text)) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }
}
