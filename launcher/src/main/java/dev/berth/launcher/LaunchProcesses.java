package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.launcher.Pidfd.Signal;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Finds and ends the processes of one launch by what its command line carries: the option that
 * names the pidfile, with the incarnation in its path. QEMU has it, and so has the shell above it,
 * even before it starts QEMU; nobody who merely looks at the files has. What serves a share has its
 * socket instead, in the run directory. A process whose command line cannot be read is never
 * signalled.
 */
final class LaunchProcesses {
  private static final int POLL_MILLIS = 100;
  private static final int KILL_ROUNDS = 100;
  private static final int SHELL_LIMIT_MILLIS = 100;

  /** Whose a process is. */
  enum Kinship {
    OURS,
    /** Its command line cannot be read now, and it writes to the log of our QEMU. */
    PERHAPS_OURS,
    OTHERS
  }

  /** A process that may be of the launch, held by a descriptor for whoever looked for it. */
  private record Found(Pidfd process, Kinship kinship) {
    void close() {
      process.close();
    }
  }

  private final String subject;
  private final Predicate<List<String>> belongs;
  private final String log;
  private final ProcessTable table;

  private LaunchProcesses(
      String subject, Predicate<List<String>> belongs, String log, ProcessTable table) {
    this.subject = subject;
    this.belongs = belongs;
    this.log = log;
    this.table = table;
  }

  /** Those of a launch on record. */
  LaunchProcesses(LaunchRecord launch, ProcessTable table) {
    this(
        launch.subject().name().text(),
        commandLine -> belongsTo(launch, commandLine),
        endOf(launch.files().qemuLog()),
        table);
  }

  /** Those of a launch of which no more is known than its incarnation. */
  static LaunchProcesses of(String incarnation, MachineFiles files, ProcessTable table) {
    return new LaunchProcesses(
        files.logDirectory().getFileName().toString(),
        commandLine ->
            pidFile(commandLine).filter(file -> file.contains("/" + incarnation + "/")).isPresent()
                || servesIn(incarnation, files, commandLine),
        endOf(files.qemuLog()),
        table);
  }

  /** Those that serve shares of a launch. */
  static LaunchProcesses serversOf(LaunchRecord launch, ProcessTable table) {
    return new LaunchProcesses(
        launch.subject().name().text(),
        commandLine -> serves(launch, commandLine),
        endOf(launch.files().qemuLog()),
        table);
  }

  /** Those that serve one of its shares. */
  static LaunchProcesses serverOf(LaunchRecord launch, ServeShare serve, ProcessTable table) {
    return new LaunchProcesses(
        launch.subject().name().text(),
        commandLine -> commandLine.contains(Virtiofsd.SOCKET_OPTION + serve.socket()),
        endOf(launch.files().qemuLog()),
        table);
  }

  /** The log's name and that of its domain above it, which stay when its path is another. */
  private static String endOf(Path log) {
    return log.subpath(log.getNameCount() - 2, log.getNameCount()).toString();
  }

  /** Whether that very process is of the launch: it lived after its command line was read. */
  Kinship kinship(Pidfd process) {
    Kinship kinship = kinship(process.pid());
    return process.isAlive() ? kinship : Kinship.OTHERS;
  }

  private Kinship kinship(long pid) {
    Optional<List<String>> commandLine = table.commandLine(pid);
    if (commandLine.isPresent()) {
      return belongs.test(commandLine.get()) ? Kinship.OURS : Kinship.OTHERS;
    }
    return table.output(pid).filter(it -> it.toString().contains(log)).isPresent()
        ? Kinship.PERHAPS_OURS
        : Kinship.OTHERS;
  }

  /** Whether a command line is that of a process of the launch. */
  static boolean belongsTo(LaunchRecord launch, List<String> commandLine) {
    return pidFile(commandLine).equals(Optional.of(launch.files().pidFile().toString()))
        || serves(launch, commandLine);
  }

  /** Whether a command line is that of what serves a share of the launch, or becomes it. */
  private static boolean serves(LaunchRecord launch, List<String> commandLine) {
    String socket = Virtiofsd.SOCKET_OPTION + launch.files().shareSocket("");
    return commandLine.stream().anyMatch(word -> word.startsWith(socket));
  }

  /** The same of a launch of which no more is known than its incarnation. */
  private static boolean servesIn(
      String incarnation, MachineFiles files, List<String> commandLine) {
    String socket = "/" + incarnation + "/" + files.shareSocket("").getFileName();
    return commandLine.stream()
        .anyMatch(word -> word.startsWith(Virtiofsd.SOCKET_OPTION) && word.contains(socket));
  }

  private static Optional<String> pidFile(List<String> commandLine) {
    int option = commandLine.lastIndexOf("-pidfile");
    return option >= 0 && option + 1 < commandLine.size()
        ? Optional.of(commandLine.get(option + 1))
        : Optional.empty();
  }

  /** The shell above QEMU, for the caller to close; none when it is gone or cannot be told. */
  Optional<Pidfd> shellAbove(Pidfd qemu) {
    Optional<Found> parent = table.parent(qemu.pid()).flatMap(this::held);
    parent.filter(found -> found.kinship() != Kinship.OURS).ifPresent(Found::close);
    return parent.filter(found -> found.kinship() == Kinship.OURS).map(Found::process);
  }

  /** Ours that has that file open, which was removed since, for the caller to close. */
  Optional<Pidfd> holderOfRemoved(Path file) {
    List<Found> found = find();
    Optional<Found> holder =
        found.stream()
            .filter(each -> each.kinship() == Kinship.OURS)
            .filter(each -> table.holdsRemoved(each.process().pid(), file))
            .filter(each -> each.process().isAlive())
            .findFirst();
    found.stream().filter(each -> !holder.equals(Optional.of(each))).forEach(Found::close);
    return holder.map(Found::process);
  }

  /**
   * Whether any process of the launch lives, save what serves its shares: that ends with QEMU, or
   * is ended when QEMU is known to have. A shell that has nothing left to do but to write down
   * QEMU's end is given a moment for it.
   */
  boolean anyAlive() {
    List<Found> found = find();
    try {
      return found.stream().anyMatch(this::staysAlive);
    } finally {
      found.forEach(Found::close);
    }
  }

  private boolean staysAlive(Found found) {
    List<String> commandLine = table.commandLine(found.process().pid()).orElse(List.of());
    if (commandLine.stream().anyMatch(word -> word.startsWith(Virtiofsd.SOCKET_OPTION))) {
      return false;
    }
    return !isShell(commandLine) || !found.process().awaitEnd(SHELL_LIMIT_MILLIS);
  }

  /** Whether it is the command line of the shell above QEMU, or of what becomes that shell. */
  private static boolean isShell(List<String> commandLine) {
    return commandLine.contains(QemuShell.NAME);
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
                + subject
                + "': the kernel keeps them, mostly because storage does not answer. Mend the"
                + " storage, then try again.");
      }
    }
  }

  private int signalAll(Signal signal, long waitMillis) {
    List<Found> found = find();
    try {
      found.stream()
          .filter(each -> each.kinship() == Kinship.OURS)
          .forEach(each -> each.process().signal(signal));
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
      for (Found each : found) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        each.process().awaitEnd((int) Math.max(0, left));
      }
      return found.size();
    } finally {
      found.forEach(Found::close);
    }
  }

  private List<Found> find() {
    List<Found> found = new ArrayList<>();
    boolean complete = false;
    try {
      for (long pid : table.pids()) {
        if (kinship(pid) != Kinship.OTHERS) {
          held(pid).ifPresent(found::add);
        }
      }
      complete = true;
      return found;
    } finally {
      if (!complete) {
        found.forEach(Found::close);
      }
    }
  }

  /** The process as a pidfd, looked at again now that its pid cannot change hands. */
  private Optional<Found> held(long pid) {
    Optional<Pidfd> process = Pidfd.open(pid);
    Kinship kinship = process.map(this::kinship).orElse(Kinship.OTHERS);
    if (kinship == Kinship.OTHERS) {
      process.ifPresent(Pidfd::close);
      return Optional.empty();
    }
    return Optional.of(new Found(process.get(), kinship));
  }
}
