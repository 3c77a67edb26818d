package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.MachineFiles;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A launch whose record cannot be read, so that its incarnation is all that is known of it. A
 * process is ended when the path of its pidfile has that incarnation; one that merely names it may
 * be the machine in a way that this version does not know, and is left to a person.
 */
final class UnreadableLaunch {
  private static final Pattern INCARNATION = Pattern.compile("[0-9a-f]{32}");

  private final String incarnation;
  private final MachineFiles files;
  private final ProcessTable table;

  /**
   * That launch.
   *
   * @param files where a launch of that incarnation has its files
   */
  UnreadableLaunch(String incarnation, MachineFiles files, ProcessTable table) {
    this.incarnation = incarnation;
    this.files = files;
    this.table = table;
  }

  /** Whether that can be an incarnation: what cannot must not become part of a path. */
  static boolean isIncarnation(String text) {
    return INCARNATION.matcher(text).matches();
  }

  /**
   * Ends its processes, and removes its run directory when none is left.
   *
   * @throws HostFailureException when one does not die, or one is found that cannot be proved
   */
  void end(Duration grace) {
    LaunchProcesses.of(incarnation, files, table).end(grace.toMillis());
    Optional<Long> left = table.pids().stream().filter(this::mentionsIt).findFirst();
    if (left.isPresent()) {
      throw new HostFailureException(
          "Cannot destroy the machine of incarnation "
              + incarnation
              + ": process "
              + left.get()
              + " has that in its command line, and it cannot be proved to be the machine. Look at"
              + " it; when it has ended, destroy the domain again.");
    }
    ShareServers.removeLeftBehind(incarnation);
    LaunchUndo.removeRunDirectory(files.runDirectory());
  }

  private boolean mentionsIt(long pid) {
    List<String> commandLine = table.commandLine(pid).orElse(List.of());
    return commandLine.stream().anyMatch(argument -> argument.contains(incarnation));
  }
}
