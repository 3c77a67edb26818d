package dev.berth.launcher;

import dev.berth.doctor.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The programs beside QEMU that a host runs, or tells its users to run. */
final class ToolFindings {
  private final String searchPath;

  /**
   * Examines helper programs.
   *
   * @param searchPath directories as in {@code PATH}
   */
  ToolFindings(String searchPath) {
    this.searchPath = searchPath;
  }

  List<Finding> examine() {
    return List.of(
        needed("sh", "dash or another POSIX shell"),
        needed("setsid", "util-linux"),
        useful("qemu-img", "images have to be made elsewhere", "qemu-utils"),
        useful(
            "getent", "the settings 'access' and 'access-read-only' know no groups", "libc-bin"));
  }

  private Finding needed(String program, String contents) {
    return isThere(program)
        ? found(program)
        : Finding.problem(
            program,
            "is not on the search path, so no machine can be started (PATH " + searchPath + ")",
            "install " + contents);
  }

  private Finding useful(String program, String without, String contents) {
    return isThere(program)
        ? found(program)
        : Finding.note(
            program, "is not on the search path: " + without, "install " + contents + " if needed");
  }

  private static Finding found(String program) {
    return Finding.ok(program, "is there");
  }

  private boolean isThere(String program) {
    for (String directory : searchPath.split(":")) {
      Path file = Path.of(directory, program);
      if (!directory.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
        return true;
      }
    }
    return false;
  }
}
