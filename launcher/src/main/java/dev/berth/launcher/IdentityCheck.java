package dev.berth.launcher;

import dev.berth.launcher.LaunchProcesses.Kinship;
import dev.berth.machine.Identity;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Decides whether the machine of a launch record lives. Never waits for a process.
 *
 * <pre>
 * pidfile   its process        lock    verdict
 * absent    none of the launch         gone
 * absent    some of the launch         abandoned if its directory was moved aside by an undo,
 *                                      else unprovable: it is starting or ending
 * removed   QEMU has it open           alive: with its directory, which only an undo takes from QEMU
 * names P   P is the launch's  held    alive
 * names P   P is the launch's  free    unprovable: the pidfile is not QEMU's
 * names P   P is another's     held    unprovable: QEMU lives, the pidfile was rewritten
 * names P   unreadable          any    unprovable: it writes to the log, and says no more
 * names P   no, or another's   free    gone, if no process of the launch is found elsewhere
 * </pre>
 *
 * <p>"The launch's" means that P's command line carries the incarnation, read while a pidfd held P,
 * so a pid that was given away since cannot be mistaken.
 */
final class IdentityCheck {
  private final ProcessWatch watch;
  private final Executor callbacks;
  private final ProcessTable table;

  IdentityCheck(ProcessWatch watch, ProcessTable table, Executor callbacks) {
    this.watch = watch;
    this.table = table;
    this.callbacks = callbacks;
  }

  /** The verdict on that launch's machine. */
  Identity identify(LaunchRecord launch) {
    long pid = recordedPid(launch.files().pidFile());
    if (pid == 0) {
      return withoutPid(launch);
    }
    boolean locked = FileLock.isHeld(launch.files().pidFile());
    Optional<Pidfd> process = Pidfd.open(pid);
    LaunchProcesses processes = new LaunchProcesses(launch, table);
    Kinship kinship = process.map(processes::kinship).orElse(Kinship.OTHERS);
    if (kinship == Kinship.OURS && locked) {
      return alive(launch, process.get(), processes);
    }
    process.ifPresent(Pidfd::close);
    if (kinship == Kinship.PERHAPS_OURS) {
      return new Identity.Unprovable(
          "the kernel holds up reading the command line of process " + pid);
    }
    if (kinship == Kinship.OURS) {
      return new Identity.Unprovable(
          "process " + pid + " is of this launch, but does not hold the lock of its pidfile");
    }
    if (locked) {
      return new Identity.Unprovable(
          "the pidfile names process "
              + pid
              + ", which is not of this launch, while somebody holds the pidfile's lock");
    }
    return absent(launch, "it is not the one that its pidfile names");
  }

  /** QEMU keeps its pidfile open to hold the lock; whoever removes it takes only the name away. */
  private Identity withoutPid(LaunchRecord launch) {
    LaunchProcesses processes = new LaunchProcesses(launch, table);
    Optional<Pidfd> qemu =
        Files.exists(launch.files().runDirectory())
            ? Optional.empty()
            : processes.holderOfRemoved(launch.files().pidFile());
    return qemu.isPresent()
        ? alive(launch, qemu.get(), processes)
        : absent(launch, "it has no pid in its pidfile: it is starting or ending");
  }

  private Identity alive(LaunchRecord launch, Pidfd qemu, LaunchProcesses processes) {
    Optional<Pidfd> shell = Optional.empty();
    boolean watched = false;
    try {
      shell = processes.shellAbove(qemu);
      RunningQemu process = RunningQemu.of(qemu, shell, launch, table, watch, callbacks);
      watched = true;
      return new Identity.Alive(process);
    } finally {
      if (!watched) {
        qemu.close();
        shell.ifPresent(Pidfd::close);
      }
    }
  }

  private Identity absent(LaunchRecord launch, String doubt) {
    if (new LaunchProcesses(launch, table).anyAlive()) {
      return LaunchUndo.hasBegun(launch)
          ? new Identity.Abandoned()
          : new Identity.Unprovable("a process of this launch lives, and " + doubt);
    }
    return new Identity.Gone(ExitFile.read(launch.files()));
  }

  /** The pid that the pidfile names; 0 when there is none. */
  private static long recordedPid(Path pidFile) {
    try {
      return Long.parseLong(Files.readString(pidFile).strip());
    } catch (IOException | NumberFormatException unreadable) {
      return 0;
    }
  }
}
