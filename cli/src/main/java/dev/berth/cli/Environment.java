package dev.berth.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What the process was given.
 *
 * @param variables environment variables
 * @param workingDirectory absolute
 * @param userId numeric user id
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param terminals which of the streams are terminals
 * @param clock for ages in tables
 */
record Environment(
    Map<String, String> variables,
    Path workingDirectory,
    int userId,
    InputStream in,
    OutputStream out,
    OutputStream err,
    Terminals terminals,
    Clock clock) {

  /** Which standard streams are terminals. */
  record Terminals(boolean in, boolean out) {

    /** Of the running process. */
    static Terminals ofThisProcess() {
      return new Terminals(isTerminal("0"), isTerminal("1"));
    }

    private static boolean isTerminal(String descriptor) {
      try {
        String target = Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor)).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      } catch (IOException closed) {
        return false;
      }
    }
  }

  /** Whether to colour what goes to standard output: https://no-color.org. */
  boolean colour() {
    return terminals.out()
        && variables.getOrDefault("NO_COLOR", "").isEmpty()
        && !variables.getOrDefault("TERM", "").equals("dumb");
  }
}
