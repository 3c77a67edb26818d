package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.StandInRow;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.Machine;
import java.util.Optional;

/**
 * The QEMU that makes a backup: the domain's machine, or what stands in for it when the domain had
 * none at the beginning. Used in the driver's turns, unless said otherwise.
 */
final class BackupMachines {
  private final Ledger ledger;
  private final MachineKeeper keeper;
  private final StandIns standIns;

  BackupMachines(Ledger ledger, MachineKeeper keeper, StandIns standIns) {
    this.ledger = ledger;
    this.keeper = keeper;
    this.standIns = standIns;
  }

  /** The one that makes that backup, while it can be told something. */
  Optional<Machine> of(KeptJob job) {
    if (StandInRow.does(job)) {
      return standIns.of(job);
    }
    return keeper.lifecycle() instanceof Lifecycle.Active active
            && active.machine().launch().incarnation().equals(incarnation(job))
            && !active.machine().qmp().disconnected().isDone() // else its next adoption has it
        ? Optional.of(active.machine())
        : Optional.empty();
  }

  /** Whether it is gone, so that nothing of the backup is left but its files. */
  boolean isGone(KeptJob job) {
    return StandInRow.does(job)
        ? standIns.isGone(job)
        : !ledger.launch().map(LaunchRecord::incarnation).equals(Optional.of(incarnation(job)));
  }

  private static String incarnation(KeptJob job) {
    return job.fact(KeptJob.INCARNATION);
  }

  /** The one that makes it, started if there is none yet. For a thread that may wait. */
  Machine begin(KeptJob job, Optional<Machine> present) throws InterruptedException {
    return present.isPresent() ? present.get() : standIns.launch(job);
  }

  /** Nobody knows yet where it is: the backup is taken up when that is known. */
  void find(KeptJob job) {
    if (StandInRow.does(job)) {
      standIns.find(job);
    } // else the adoption of machines does
  }

  /** Nothing is wanted of what stands in any more: whoever waits for it is let go. */
  void giveUp(KeptJob job) {
    if (StandInRow.does(job)) {
      standIns.kill(job);
    }
  }

  /** Ends what stands in; a machine goes on. Idempotent. For a thread that may wait. */
  void end(KeptJob job) {
    if (StandInRow.does(job)) {
      standIns.end(job);
    }
  }

  /** Nobody else is to open the images that get marks without a machine. Idempotent. */
  void claim(KeptJob job) {
    standIns.claim(job);
  }

  /** The job has ended. */
  void forget(KeptJob job) {
    standIns.forget(job);
  }

  /** Lets go of what stands in, which goes on: the host is being closed. */
  void letGo() {
    standIns.letGo();
  }
}
