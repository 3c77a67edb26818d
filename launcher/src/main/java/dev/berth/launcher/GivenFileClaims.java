package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.LaunchRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
   * @param cannot how a refusal begins
   * @param alive the machines that live now
   * @throws HostFailureException naming the file and who has it
   */
  synchronized void claim(String cannot, LaunchRecord launch, Collection<LaunchRecord> alive) {
    List<PassGivenFile> wanted = given(launch);
    if (wanted.isEmpty()) {
      return;
    }
    launching.values().forEach(other -> check(cannot, launch, wanted, other));
    alive.forEach(other -> check(cannot, launch, wanted, other));
    check(cannot, launch, wanted, launch);
    launching.put(launch.incarnation(), launch);
  }

  /**
   * Refuses what somebody gives to a live machine by hand when another was given the same file.
   *
   * @param alive the machines that live now
   * @throws HostFailureException naming the file and who has it
   */
  synchronized void checkByHand(
      LaunchRecord launch, FileByHand file, Collection<LaunchRecord> alive) {
    String cannot = "Cannot give domain '" + launch.subject().name() + "' a file by hand";
    List<PassGivenFile> wanted =
        List.of(new PassGivenFile(0, file.name(), file.key(), file.access(), ""));
    Stream.concat(launching.values().stream(), alive.stream())
        .filter(other -> !other.incarnation().equals(launch.incarnation()))
        .forEach(other -> check(cannot, launch, wanted, other));
  }

  /**
   * Refuses to have a backup written to a file that a machine was given.
   *
   * @param alive the machines that live now
   * @throws HostFailureException naming the machine's domain
   */
  synchronized void checkTarget(FileForBackup file, Collection<LaunchRecord> alive) {
    FileKey key = file.key();
    Stream.concat(launching.values().stream(), alive.stream())
        .filter(other -> given(other).stream().anyMatch(theirs -> theirs.file().equals(key)))
        .findFirst()
        .ifPresent(
            other -> {
              throw new HostFailureException(
                  String.format(
                      "Cannot write the backup of disk '%s': its file descriptor leads to the same"
                          + " file as one that domain '%s' has open. Give another file.",
                      file.disk(), other.subject().name()));
            });
  }

  /** Ends the claim of a launch that has failed, or whose machine lives. */
  synchronized void release(LaunchRecord launch) {
    launching.remove(launch.incarnation());
  }

  private static void check(
      String cannot, LaunchRecord launch, List<PassGivenFile> wanted, LaunchRecord other) {
    boolean itself = other.incarnation().equals(launch.incarnation());
    for (PassGivenFile mine : wanted) {
      for (PassGivenFile theirs : given(other)) {
        boolean sameUse = itself && mine.resource().equals(theirs.resource());
        if (!sameUse && mine.file().equals(theirs.file()) && isWritten(mine, theirs)) {
          throw new HostFailureException(
              String.format(
                  "%s: file descriptor '%s' leads to the same file as '%s',"
                      + " which domain '%s' has open. Give another file, or stop that domain.",
                  cannot, mine.resource(), theirs.resource(), other.subject().name()));
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
