package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.LaunchRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps a file that was given for one machine from another that would write to it or see it change.
 * QEMU's own locks do that for images that QEMU has an open file description of its own of; they do
 * not for one that two QEMUs share. Thread-safe.
 */
final class GivenFileClaims {
  private final Map<String, LaunchRecord> launching = new HashMap<>();

  /**
   * Claims what the launch is given, until it is released.
   *
   * @param alive the machines that live now
   * @throws HostFailureException naming the file and who has it
   */
  synchronized void claim(LaunchRecord launch, Collection<LaunchRecord> alive) {
    List<PassGivenFile> wanted = given(launch);
    if (wanted.isEmpty()) {
      return;
    }
    launching.values().forEach(other -> check(launch, wanted, other));
    alive.forEach(other -> check(launch, wanted, other));
    check(launch, wanted, launch);
    launching.put(launch.incarnation(), launch);
  }

  /** Ends the claim of a launch that has failed, or whose machine lives. */
  synchronized void release(LaunchRecord launch) {
    launching.remove(launch.incarnation());
  }

  private static void check(LaunchRecord launch, List<PassGivenFile> wanted, LaunchRecord other) {
    boolean itself = other.incarnation().equals(launch.incarnation());
    for (PassGivenFile mine : wanted) {
      for (PassGivenFile theirs : given(other)) {
        boolean sameUse = itself && mine.resource().equals(theirs.resource());
        if (!sameUse && mine.file().equals(theirs.file()) && isWritten(mine, theirs)) {
          throw new HostFailureException(
              String.format(
                  "Cannot start domain '%s': file descriptor '%s' leads to the same file as '%s',"
                      + " which domain '%s' has open. Give another file, or stop that domain.",
                  launch.subject().name(),
                  mine.resource(),
                  theirs.resource(),
                  other.subject().name()));
        }
      }
    }
  }

  private static boolean isWritten(PassGivenFile one, PassGivenFile other) {
    return one.access() == FileAccess.READ_WRITE || other.access() == FileAccess.READ_WRITE;
  }

  private static List<PassGivenFile> given(LaunchRecord launch) {
    return launch.assembly().stream()
        .filter(PassGivenFile.class::isInstance)
        .map(PassGivenFile.class::cast)
        .toList();
  }
}
