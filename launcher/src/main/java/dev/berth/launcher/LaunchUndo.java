package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back a launch, however far it got, even while it is still going on. Stateless. */
final class LaunchUndo {
  /** For QEMU to complete its images' metadata; it needs milliseconds unless it hangs. */
  private static final long GRACE_MILLIS = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(LaunchUndo.class);

  private LaunchUndo() {}

  /**
   * Ends the launch's processes and removes its run directory. The directory goes first: a process
   * that was being made and not yet to be found then fails by itself, for it cannot make its
   * pidfile. What cannot be moved aside keeps no process from being ended.
   */
  static void undo(LaunchRecord launch, ProcessTable table) {
    Path directory = launch.files().runDirectory();
    Path aside = aside(launch);
    try {
      if (Files.exists(directory)) {
        Files.move(directory, aside);
      }
    } catch (IOException failure) {
      LOG.warn("Cannot move the run directory {} aside: {}", directory, failure.toString());
    }
    new LaunchProcesses(launch, table).end(GRACE_MILLIS);
    if (!launch.served().isEmpty()) {
      ShareServers.removeLeftBehind(launch.incarnation());
    }
    removeRunDirectory(aside);
    removeRunDirectory(directory);
  }

  /** Whether an undo of that launch has begun and has not come to its end. */
  static boolean hasBegun(LaunchRecord launch) {
    return Files.exists(aside(launch)) && !Files.exists(launch.files().runDirectory());
  }

  private static Path aside(LaunchRecord launch) {
    Path directory = launch.files().runDirectory();
    return directory.resolveSibling(directory.getFileName() + ".gone");
  }

  /** Removes a run directory, and the domain's own above it when nothing else is in there. */
  static void removeRunDirectory(Path directory) {
    try {
      RunFiles.deleteTree(directory);
      Path domain = directory.getParent();
      if (domain != null) {
        RunFiles.deleteIfEmpty(domain);
      }
    } catch (IOException failure) {
      throw cannotRemove(directory, failure);
    }
  }

  private static HostFailureException cannotRemove(Path directory, IOException failure) {
    return new HostFailureException(
        "Cannot remove the run directory " + directory + ": " + failure.getMessage() + ".",
        failure);
  }
}
