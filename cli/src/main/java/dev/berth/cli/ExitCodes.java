package dev.berth.cli;

import dev.berth.error.ErrorCode;

/** The exit codes of {@code vmctl}: part of its interface, so none ever changes its meaning. */
final class ExitCodes {
  /** It did what was asked. */
  static final int OK = 0;

  /** Something that should not happen. */
  static final int UNEXPECTED = 1;

  /** The command line is wrong. */
  static final int USAGE = 2;

  /** A job has ended, and what it was for is not so. */
  static final int JOB_NOT_DONE = 20;

  /** The reader of standard output went away: 128 + SIGPIPE, as shells report it. */
  static final int OUTPUT_CLOSED = 141;

  private ExitCodes() {}

  /** Every exit code with its meaning, a line each. */
  static String table() {
    StringBuilder lines = new StringBuilder();
    line(lines, OK, "ok", "done, or nothing had to be done");
    line(lines, UNEXPECTED, "unexpected", "an internal error, or input or output failed");
    line(lines, USAGE, "usage", "the command line is wrong");
    for (ErrorCode code : ErrorCode.values()) {
      line(lines, code.exitCode(), code.text(), meaning(code));
    }
    line(lines, JOB_NOT_DONE, "job-not-done", "a job has failed, or was cancelled");
    line(lines, OUTPUT_CLOSED, "", "nobody reads standard output any more");
    lines.setLength(lines.length() - 1);
    return lines.toString();
  }

  private static void line(StringBuilder lines, int exitCode, String code, String meaning) {
    String number = Integer.toString(exitCode);
    lines
        .append(" ".repeat(3 - number.length()))
        .append(number)
        .append("  ")
        .append(code)
        .append(" ".repeat(20 - code.length()))
        .append(meaning)
        .append('\n');
  }

  private static String meaning(ErrorCode code) {
    return switch (code) {
      case INVALID_DEFINITION -> "mend the definition; every problem is printed";
      case NOT_FOUND -> "there is no such domain";
      case ALREADY_EXISTS -> "the name or UUID belongs to another domain";
      case CONFLICT -> "somebody changed the domain first: read again, then decide";
      case INVALID_STATE -> "not in this state; the message names the ones it is legal in";
      case BUSY -> "something is in the way, and named; try later";
      case UNSUPPORTED -> "this QEMU or host cannot do it";
      case REFUSED_BY_QEMU -> "QEMU said no, in its own words";
      case OUTCOME_UNKNOWN -> "it may or may not have happened: look before trying again";
      case MACHINE_LOST -> "the QEMU process is gone";
      case MACHINE_STALLED -> "QEMU does not answer: wait with --deadline, or destroy";
      case DEADLINE_EXCEEDED -> "the time you gave has passed";
      case HOST_FAILURE -> "the host lacks something: a file, a port, memory, a QEMU";
      case STORAGE_FAILURE -> "the change could not be made durable; nothing changed";
      case HOST_UNREACHABLE -> "no daemon answers there";
      case INVALID_REQUEST -> "an argument that no state would accept";
      case ACCESS_DENIED -> "the host does not let you: the message names who could";
      case RESOURCES_MISSING -> "give what the message names, with --fd or --secret";
    };
  }
}
