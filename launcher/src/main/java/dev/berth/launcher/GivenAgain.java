package dev.berth.launcher;

import dev.berth.error.HostFailureException;
import dev.berth.machine.AssemblyStep;
import dev.berth.machine.AssemblyStep.FileKey;
import dev.berth.machine.AssemblyStep.PassGivenFile;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import java.io.IOException;

/** Files that are given once more, for a machine that is to be what another was. */
final class GivenAgain {
  private GivenAgain() {}

  /**
   * The same record, which says which files are given now.
   *
   * @throws HostFailureException when one cannot be looked at
   */
  static LaunchRecord of(LaunchRecord saved, HeldResources held) {
    return new LaunchRecord(
        saved.subject(),
        saved.qemu(),
        saved.hardware(),
        saved.argv(),
        saved.assembly().stream().map(step -> again(step, held)).toList(),
        saved.devices(),
        saved.files(),
        saved.inherited());
  }

  private static AssemblyStep again(AssemblyStep step, HeldResources held) {
    return step instanceof PassGivenFile pass
        ? new PassGivenFile(
            pass.fdset(), pass.resource(), key(pass, held), pass.access(), pass.opaque())
        : step;
  }

  private static FileKey key(PassGivenFile pass, HeldResources held) {
    try {
      return GivenFile.of(held.descriptor(pass.resource()).orElseThrow()).key();
    } catch (IOException e) {
      throw new HostFailureException(
          "File descriptor '" + pass.resource() + "' cannot be looked at: " + e + ".", e);
    }
  }
}
