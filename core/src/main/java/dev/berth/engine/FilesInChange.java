package dev.berth.engine;

import dev.berth.error.BusyException;
import dev.berth.job.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files that a job is about to remove or to make others of, and that nobody is to open meanwhile.
 * Who changes a file is known here before it looks for those who use it, and who opens one is on
 * record as its user before it looks here: of two at the same time, one always sees the other.
 * Thread-safe.
 */
final class FilesInChange {
  private final Map<Path, Job> files = new ConcurrentHashMap<>();

  /** Makes known that a job is about to change a file; it looks for users of it after this. */
  void begin(Path file, Job job) {
    files.put(file, job);
  }

  /** The change is over, or will not be made. Idempotent. */
  void end(Path file, Job job) {
    files.computeIfPresent(file, (same, by) -> by.id().equals(job.id()) ? null : by);
  }

  /**
   * Refuses to open what is being changed. Asks the file system: for threads that storage may hold
   * up.
   *
   * @param opened on record as opened by then
   * @throws BusyException naming the job
   */
  void requireNone(Stream<Path> opened) {
    if (!files.isEmpty()) {
      opened.forEach(this::requireNone);
    }
  }

  private void requireNone(Path opened) {
    files.forEach(
        (file, job) -> {
          if (isSame(file, opened)) {
            throw new BusyException(
                "'"
                    + opened
                    + "' cannot be opened: job "
                    + job.id()
                    + " ("
                    + job.target().kind().text()
                    + " '"
                    + job.target().subject()
                    + "', by "
                    + job.origin().actor()
                    + ") is changing it. Wait for it ('vmctl job wait "
                    + job.id()
                    + "'), or cancel it.",
                job.id().text());
          }
        });
  }

  /** Whether two paths name one file; links are followed. */
  static boolean isSame(Path file, Path other) {
    if (file.equals(other)) {
      return true;
    }
    try {
      return Files.isSameFile(file, other);
    } catch (IOException notThere) {
      return false;
    }
  }
}
