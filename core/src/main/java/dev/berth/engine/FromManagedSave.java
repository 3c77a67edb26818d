package dev.berth.engine;

import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.MachineSource;
import dev.berth.engine.step.Provision;
import dev.berth.engine.step.Step;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.RestoreRequest.ChangedImages;
import dev.berth.host.StartMode;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.machine.MachineLauncher.LoadIn;
import dev.berth.migration.SavedMachine;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpEventListener;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A guest that goes on from the file in which this host keeps it. That its guest is about to go on
 * is on record before it does, and from the step by which it has the file is of no use any more.
 */
final class FromManagedSave implements MachineSource {
  private final HostServices host;
  private final KeptJob job;
  private final StartMode mode;
  private final ChangedImages changedImages;
  private final Runnable onGone;
  private volatile @Nullable FromSave file;

  /**
   * From what that job has saved.
   *
   * @param onGone run when the file is of no use any more
   */
  FromManagedSave(
      HostServices host,
      KeptJob job,
      StartMode mode,
      ChangedImages changedImages,
      Runnable onGone) {
    this.host = host;
    this.job = job;
    this.mode = mode;
    this.changedImages = changedImages;
    this.onGone = onGone;
  }

  private FromSave file() {
    FromSave known = file;
    if (known == null) {
      known = look();
      file = known;
    }
    return known;
  }

  private FromSave look() {
    Path path = SaveRow.target(job);
    try {
      SavedMachine saved = host.saveFiles().read(path);
      if (!saved.origin().job().equals(job.job().id())) {
        throw new InvalidStateException(cannot("somebody has put another file in its place."));
      }
      FromSave.Doubts doubts =
          SaveRow.isLeaving(job) ? FromSave.Doubts.COUNT : FromSave.Doubts.PASS;
      return new FromSave(host, path, saved, mode, changedImages, doubts, LoadIn.PRESENT);
    } catch (HostFailureException unusable) {
      throw new HostFailureException(cannot(unusable.getMessage()), unusable);
    }
  }

  private String cannot(@Nullable String why) {
    return "Domain '"
        + job.job().target().name().orElseThrow()
        + "' cannot go on from its managed save: "
        + why
        + " To start it anew, drop the save first ('vmctl save --discard').";
  }

  @Override
  public Provision.Wanted wanted() {
    return Provision.Wanted.RESTORE_MANAGED;
  }

  @Override
  public ResourceNames needed() {
    return file().needed();
  }

  @Override
  public LaunchRecord plan(HeldResources held) {
    return file().plan(held);
  }

  @Override
  public Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException {
    return file().launch(launch, held, clearance, events, deadline);
  }

  @Override
  public Deadline untilRunning(Deadline launch) {
    return file().untilRunning(launch);
  }

  @Override
  public StateReason running() {
    return StateReason.RESTORED;
  }

  @Override
  public boolean loads() {
    return true;
  }

  @Override
  public Step goingOn(Step step) {
    return step.job(SaveRow.leaving(job));
  }

  @Override
  public Step completed(Step step) {
    return step.job(SaveRow.released(job)).whenPublished(onGone);
  }

  @Override
  public String told() {
    return "restored from its managed save of " + job.job().origin().since();
  }
}
