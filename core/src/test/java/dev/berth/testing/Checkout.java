package dev.berth.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The source tree that the tests run in, and the scripts in it. */
final class Checkout {
  private Checkout() {}

  /**
   * Finds a file of the source tree from any directory in it.
   *
   * @throws IllegalStateException if neither {@code start} nor a directory above holds {@code file}
   */
  static Path locate(Path start, String file) {
    for (Path dir = start.toAbsolutePath(); dir != null; dir = dir.getParent()) {
      Path candidate = dir.resolve(file);
      if (Files.exists(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException(
        "There is no "
            + file
            + " in "
            + start.toAbsolutePath()
            + " or above it. Run the tests inside Berth's source tree.");
  }

  static Path locate(String file) {
    return locate(Path.of(""), file);
  }

  /**
   * Runs a script to its end; its messages go to this process's standard error.
   *
   * @return the lines it printed
   * @throws IllegalStateException if it cannot be run, or fails
   */
  static List<String> run(Path script, String... arguments) {
    var command = new ProcessBuilder(script.toString());
    command.command().addAll(List.of(arguments));
    command.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = command.start();
      process.getOutputStream().close();
      List<String> lines;
      try (var output = process.inputReader()) {
        lines = output.lines().toList();
      }
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(
            script + " failed with exit code " + exitCode + ". Run it by hand to see why.");
      }
      return lines;
    } catch (IOException e) {
      throw new IllegalStateException("Cannot run " + script + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while running " + script, e);
    }
  }
}
