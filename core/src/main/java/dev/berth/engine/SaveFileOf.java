package dev.berth.engine;

import dev.berth.engine.save.SaveFiles;
import dev.berth.engine.save.SaveFiles.Written;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.NotFoundException;
import dev.berth.job.Job;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.SavedMachine;

/** The file of one save. For threads that may be held up by storage. */
record SaveFileOf(SaveFiles files, KeptJob job) {

  /**
   * Brings to the disk what QEMU has written.
   *
   * @throws NotFoundException when somebody has removed it
   */
  Written settle(LaunchRecord launch) {
    return files.settle(SaveRow.partial(job), launch).orElseThrow(this::gone);
  }

  /**
   * Has it describe itself and gives it its name, unless a host before had come so far.
   *
   * @throws NotFoundException when somebody has removed it
   */
  void complete() {
    if (files.size(SaveRow.partial(job)).isPresent()) {
      Job.Origin origin = job.job().origin();
      SaveFiles.Facts facts =
          new SaveFiles.Facts(
              new SavedMachine.Origin(job.job().id(), origin.actor(), origin.since()),
              SaveRow.guest(job),
              SaveRow.launch(job),
              SaveRow.cpu(job),
              SaveRow.written(job));
      files.complete(SaveRow.partial(job), SaveRow.target(job), facts);
    } else if (!files.isOf(SaveRow.target(job), job.job().id())) {
      throw gone();
    }
  }

  private NotFoundException gone() {
    return new NotFoundException("Somebody has removed '" + SaveRow.partial(job) + "'.");
  }

  /** Removes it. Idempotent. */
  void discard() {
    if (SaveRow.isManaged(job)) {
      files.discardOwn(SaveRow.partial(job), SaveRow.target(job), job.job().id());
    } else {
      files.discard(SaveRow.partial(job), SaveRow.target(job), job.job().id());
    }
  }
}
