package dev.berth.machine;

import java.util.OptionalInt;

/**
 * How a QEMU process ended, as far as it can be known.
 *
 * @param exitCode exit code, absent when a signal ended it or nothing is known
 * @param signal number of the signal that ended it, absent when it exited or nothing is known
 */
public record ProcessExit(OptionalInt exitCode, OptionalInt signal) {

  /** An end nobody saw. */
  public static final ProcessExit UNKNOWN =
      new ProcessExit(OptionalInt.empty(), OptionalInt.empty());

  /** The end that a shell reports by that code: above 128 it is a signal. */
  public static ProcessExit ofShellCode(int code) {
    return code > 128
        ? new ProcessExit(OptionalInt.empty(), OptionalInt.of(code - 128))
        : new ProcessExit(OptionalInt.of(code), OptionalInt.empty());
  }

  /** The end in words: {@code exit code 1}, {@code signal 9}, {@code unknown}. */
  public String text() {
    if (signal.isPresent()) {
      return "signal " + signal.getAsInt();
    }
    return exitCode.isPresent() ? "exit code " + exitCode.getAsInt() : "unknown";
  }
}
