package dev.berth.cli;

import java.io.IOException;

/**
 * One command of {@code vmctl}, its parameters filled in: makes its call on the host and prints
 * what came of it.
 */
interface Command {

  /** Whether its results are rows, which can be printed as CSV or as bare names too. */
  default boolean printsRows() {
    return false;
  }

  /**
   * Runs to its end.
   *
   * @return the exit code: 0, or that of the worst failure the command reported itself
   * @throws IOException when standard input or output fails
   * @throws InterruptedException when somebody ends the wait
   * @throws dev.berth.error.BerthException when it failed
   */
  int run(Session session) throws IOException, InterruptedException;
}
