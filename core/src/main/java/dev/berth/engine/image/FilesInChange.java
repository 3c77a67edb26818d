package dev.berth.engine.image;

import dev.berth.error.BusyException;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files that a job is about to remove or to make others of, and that nobody is to open meanwhile.
 * Who changes a file is known here before it looks for those who use it, and who opens one is on
 * record as its user before it looks here: of two at the same time, one always sees the other.
 * Thread-safe.
 */
public final class FilesInChange {
  private static final int TYPE_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;

  private final Map<Change, Job> changes = new ConcurrentHashMap<>();

  /** Of one file, by one job; each ends for itself. */
  private record Change(Path file, JobId job) {}

  /** Makes known that a job is about to change a file; it looks for users of it after this. */
  public void begin(Path file, Job job) {
    changes.put(new Change(file, job.id()), job);
  }

  /** The change is over, or will not be made. Idempotent. */
  public void end(Path file, Job job) {
    changes.remove(new Change(file, job.id()));
  }

  /**
   * Refuses to open what is being changed. Asks the file system: for threads that storage may hold
   * up.
   *
   * @param opened on record as opened by then
   * @throws BusyException naming the job
   */
  public void requireNone(Stream<Path> opened) {
    requireNoneBut(Optional.empty(), opened);
  }

  /**
   * The same for a job, which may open what it changes itself.
   *
   * @throws BusyException naming another job
   */
  public void requireNoneBut(Job own, Stream<Path> opened) {
    requireNoneBut(Optional.of(own.id()), opened);
  }

  private void requireNoneBut(Optional<JobId> own, Stream<Path> opened) {
    if (!changes.isEmpty()) {
      opened.forEach(path -> requireNoneBut(own, path));
    }
  }

  private void requireNoneBut(Optional<JobId> own, Path opened) {
    changes.forEach(
        (change, job) -> {
          if (!own.equals(Optional.of(job.id())) && isSame(change.file(), opened)) {
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

  /** Whether two paths name one file, or one block device; links are followed. */
  public static boolean isSame(Path file, Path other) {
    if (file.equals(other)) {
      return true;
    }
    try {
      return Files.isSameFile(file, other) || device(file).equals(device(other));
    } catch (IOException notThere) {
      return false;
    }
  }

  /** Which device it is; what is none equals nothing. */
  private static Object device(Path file) throws IOException {
    Map<String, Object> facts = Files.readAttributes(file, "unix:mode,rdev");
    boolean isDevice = ((Integer) facts.get("mode") & TYPE_MASK) == BLOCK_DEVICE;
    return isDevice ? facts.get("rdev") : new Object();
  }
}
