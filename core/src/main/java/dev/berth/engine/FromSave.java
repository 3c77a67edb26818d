package dev.berth.engine;

import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Provision;
import dev.berth.error.InvalidStateException;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.StartMode;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.machine.MachineLauncher.LoadIn;
import dev.berth.machine.MachineLauncher.TakeOver;
import dev.berth.migration.SavedMachine;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpEventListener;
import java.nio.file.Path;
import java.util.List;

/**
 * A guest that goes on where it was saved, in a machine that is what the saved one was.
 *
 * @param file that has it
 * @param saved what the file says
 * @param mode what the guest is to do
 * @param changedImages what becomes of it when its images were written to since
 * @param doubts what becomes of it when images do not tell whether they were
 * @param qemu which one loads it
 */
record FromSave(
    HostServices host,
    Path file,
    SavedMachine saved,
    StartMode mode,
    ChangedImages changedImages,
    Doubts doubts,
    LoadIn qemu)
    implements MachineSource {

  /** What an image counts for that does not tell whether it was written to. */
  enum Doubts {
    /** For one that may have been. */
    COUNT,
    /** For one that was not: the host has seen to it. */
    PASS
  }

  @Override
  public Provision.Wanted wanted() {
    return Provision.Wanted.RESTORE;
  }

  @Override
  public ResourceNames needed() {
    return saved.launch().resources();
  }

  /**
   * Looks at all of the file, and at the images.
   *
   * @throws InvalidStateException when the file is another by now, or images were written to since,
   *     unless that is accepted
   */
  @Override
  public LaunchRecord plan(HeldResources held) {
    if (!host.saveFiles().readAll(file).equals(saved)) {
      throw new InvalidStateException(
          "Cannot restore domain '"
              + saved.launch().subject().name()
              + "': somebody has put another file in the place of '"
              + file
              + "' just now. Try again.");
    }
    if (changedImages == ChangedImages.REFUSE) {
      requireUnchanged();
    }
    return host.launcher().planAgain(saved.launch(), saved.cpu(), qemu, held);
  }

  private void requireUnchanged() {
    List<String> changes =
        switch (doubts) {
          case COUNT -> saved.changes();
          case PASS -> saved.knownChanges();
        };
    if (!changes.isEmpty()) {
      throw new InvalidStateException(
          "Cannot restore domain '"
              + saved.launch().subject().name()
              + "' from '"
              + file
              + "': its images may not be as they were. Since it was saved, "
              + String.join(", ", changes)
              + ". Its guest knows of no change, and would ruin its file systems. Put the images"
              + " back as they were, start the domain anew, or say that you accept it"
              + " ('--changed-images').");
    }
  }

  /** A guest that runs at once takes the images with it, so that a failure before leaves them. */
  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    TakeOver takeOver = mode == StartMode.RUNNING ? TakeOver.WITH_GUEST : TakeOver.WITH_STATE;
    return host.launcher().restore(launch, file, takeOver, held, clearance, events, deadline);
  }

  /** Loading takes as long as the state is large. */
  @Override
  public Deadline untilRunning(Deadline launch) {
    return Deadline.of(host.settings().launchTimeout());
  }

  @Override
  public StateReason running() {
    return StateReason.RESTORED;
  }

  @Override
  public boolean loads() {
    return true;
  }
}
