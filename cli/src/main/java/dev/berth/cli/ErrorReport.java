package dev.berth.cli;

import dev.berth.cli.output.ErrorJson;
import dev.berth.cli.output.Output;
import dev.berth.cli.output.Printable;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Reports failures on standard error, and says which exit code each has. */
final class ErrorReport {
  private static final String PREFIX = "vmctl: ";

  private ErrorReport() {}

  /** Reports a failure that the host or the caller is to blame for. */
  static int print(Output output, BerthException failure) throws IOException {
    output.error(() -> ErrorJson.write(failure), () -> PREFIX + Printable.lines(text(failure)));
    return failure.code().exitCode();
  }

  /** Reports wrong usage. */
  static int printUsage(Output output, String message, String advice) throws IOException {
    output.error(
        () -> ErrorJson.write("usage", ExitCodes.USAGE, message),
        () -> PREFIX + message + "\n" + advice);
    return ExitCodes.USAGE;
  }

  /** Reports that standard input or output failed. */
  static int printStreamFailure(Output output, IOException failure) throws IOException {
    String message = "input or output failed: " + failure.getMessage();
    output.error(
        () -> ErrorJson.write("stream-failure", ExitCodes.UNEXPECTED, message),
        () -> PREFIX + message);
    return ExitCodes.UNEXPECTED;
  }

  /** Reports a mistake in vmctl itself, with everything needed to find it. */
  static int printUnexpected(Output output, RuntimeException mistake) throws IOException {
    StringWriter trace = new StringWriter();
    mistake.printStackTrace(new PrintWriter(trace));
    String message = "internal error, please report it: " + mistake;
    output.error(
        () -> ErrorJson.write("unexpected", ExitCodes.UNEXPECTED, message),
        () -> PREFIX + message + "\n" + trace.toString().stripTrailing());
    return ExitCodes.UNEXPECTED;
  }

  /** The message; the problems of a definition a line each, the way compilers print them. */
  private static String text(BerthException failure) {
    if (failure instanceof InvalidDefinitionException invalid) {
      int count = invalid.problems().size();
      return "the definition has "
          + (count == 1 ? "a problem" : count + " problems")
          + ":\n"
          + failure.getMessage();
    }
    return String.valueOf(failure.getMessage());
  }
}
