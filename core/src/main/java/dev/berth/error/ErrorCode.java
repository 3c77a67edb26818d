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
  INVALID_DEFINITION("invalid-definition", 3),
  NOT_FOUND("not-found", 4),
  ALREADY_EXISTS("already-exists", 5),
  CONFLICT("conflict", 5),
  INVALID_STATE("invalid-state", 6),
  BUSY("busy", 7),
  UNSUPPORTED("unsupported", 8),
  REFUSED_BY_QEMU("refused-by-qemu", 9),
  OUTCOME_UNKNOWN("outcome-unknown", 10),
  MACHINE_LOST("machine-lost", 11),
  MACHINE_STALLED("machine-stalled", 12),
  DEADLINE_EXCEEDED("deadline-exceeded", 13),
  HOST_FAILURE("host-failure", 14),
  STORAGE_FAILURE("storage-failure", 15),
  HOST_UNREACHABLE("host-unreachable", 16),
  INVALID_REQUEST("invalid-request", 17),
  ACCESS_DENIED("access-denied", 18),
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
