package dev.berth.engine.step;

import dev.berth.domain.ResourceNames;
import dev.berth.domain.StateReason;
import dev.berth.machine.HeldResources;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import dev.berth.machine.MachineLauncher.Clearance;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpEventListener;

/** What a machine is brought up from. For the thread of a start. */
public interface MachineSource {

  /** What the start is for, as messages have it. */
  Provision.Wanted wanted();

  /** What has to be given. */
  ResourceNames needed();

  /** The record of the machine; nothing is changed yet. */
  LaunchRecord plan(HeldResources held) throws InterruptedException;

  /** Brings the machine up, its guest standing; undoes everything if it fails. */
  Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException;

  /**
   * Until when the guest has to run.
   *
   * @param launch the deadline of the launch
   */
  Deadline untilRunning(Deadline launch);

  /** Why the guest runs then. */
  StateReason running();

  /** Why the guest stands then, if it is not to run. */
  default StateReason standing() {
    return StateReason.USER;
  }

  /** The step by which a guest whose state is loaded is about to go on. */
  default Step goingOn(Step step) {
    return step;
  }

  /** What is told of a start that has succeeded. */
  default String told() {
    return "";
  }

  /** The step by which the machine is up, with what else is so from then on. */
  default Step completed(Step step) {
    return step;
  }

  /** Whether a state is loaded, rather than a guest booted. */
  boolean loads();
}
