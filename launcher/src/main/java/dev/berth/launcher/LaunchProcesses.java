package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.LaunchRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds and ends the processes of one launch by what its command line carries: the option that
 * names the pidfile, with the incarnation in its path. QEMU has it, and so has the shell above it,
 * even before it starts QEMU; nobody who merely looks at the files has.
 */
final class LaunchProcesses {
  private static final int POLL_MILLIS = 100;
  private static final int KILL_ROUNDS = 100;
  private static final int SHELL_LIMIT_MILLIS = 100;

  private final LaunchRecord launch;
  private final ProcessTable table = new ProcessTable();

  LaunchProcesses(LaunchRecord launch) {
    this.launch = launch;
  }

  /** Whether a command line is that of a process of the launch. */
  static boolean belongsTo(LaunchRecord launch, List<String> commandLine) {
    int option = commandLine.lastIndexOf("-pidfile");
    return option >= 0
        && option + 1 < commandLine.size()
        && commandLine.get(option + 1).equals(launch.files().pidFile().toString());
  }

  /**
   * Whether any process of the launch lives. A shell that has nothing left to do but to write down
   * QEMU's end is given a moment for it.
   */
  boolean anyAlive() {
    List<Pidfd> found = find();
    try {
      return found.stream()
          .anyMatch(
              process ->
                  !isShell(table.commandLine(process.pid()))
                      || !process.awaitEnd(SHELL_LIMIT_MILLIS));
    } finally {
      found.forEach(Pidfd::close);
    }
  }

  /** Whether it is the command line of the shell above QEMU, or of what becomes that shell. */
  private static boolean isShell(List<String> commandLine) {
    return commandLine.size() > 1
        && (commandLine.get(0).equals("setsid") || commandLine.get(1).equals("-c"));
  }

  /**
   * Ends them all: SIGTERM, for QEMU to complete its images' metadata, and SIGKILL to what is left
   * when the grace has passed. Returns when none is left.
   *
   * @throws HostFailureException when one does not die: the kernel keeps it, mostly for storage
   *     that does not answer
   */
  void end(long graceMillis) {
    signalAll(Signal.SIGTERM, graceMillis);
    // A process that was being made while the table was read shows up in the next round.
    for (int round = 0; signalAll(Signal.SIGKILL, POLL_MILLIS) > 0; round++) {
      if (round == KILL_ROUNDS) {
        throw new HostFailureException(
            "Cannot end the processes of domain '"
                + launch.subject().name()
                + "': the kernel keeps them, mostly because storage does not answer. Mend the"
                + " storage, then try again.");
      }
    }
  }

  private int signalAll(Signal signal, long waitMillis) {
    List<Pidfd> found = find();
    try {
      found.forEach(process -> process.signal(signal));
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
      for (Pidfd process : found) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        process.awaitEnd((int) Math.max(0, left));
      }
      return found.size();
    } finally {
      found.forEach(Pidfd::close);
    }
  }

  private List<Pidfd> find() {
    List<Pidfd> found = new ArrayList<>();
    for (long pid : table.pids()) {
      if (belongsTo(launch, table.commandLine(pid))) {
        proved(pid).ifPresent(found::add);
      }
    }
    return found;
  }

  /**
   * The process as a pidfd, checked again now that it cannot change hands: the command line was
   * read from a process that was still alive afterwards, so it is that of the pidfd's process.
   */
  private Optional<Pidfd> proved(long pid) {
    Optional<Pidfd> process = Pidfd.open(pid);
    if (process.isPresent()
        && !(belongsTo(launch, table.commandLine(pid)) && process.get().isAlive())) {
      process.get().close();
      return Optional.empty();
    }
    return process;
  }
}
