package dev.berth.engine;

import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.Step;
import dev.berth.machine.Machine;
import dev.berth.qapi.job.JobPause;
import dev.berth.qapi.job.JobResume;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups are held where they are while QEMU writes, and let go on. What is wanted goes on record
 * first, and is told QEMU again when it is adopted.
 *
 * @param machines has the QEMU that makes it
 */
record BackupPausing(MachineKeeper keeper, BackupMachines machines) implements JobPausing {
  private static final Logger LOG = LoggerFactory.getLogger(BackupPausing.class);

  @Override
  public CompletionStage<Void> pause(KeptJob job, String actor) {
    return become(BackupRow.in(BackupRow.PAUSED, job), actor, true);
  }

  @Override
  public CompletionStage<Void> resume(KeptJob job, String actor) {
    return become(BackupRow.in(BackupRow.WRITING, job), actor, false);
  }

  private CompletionStage<Void> become(KeptJob next, String actor, boolean held) {
    return keeper
        .record(Step.by(actor).job(next))
        .thenRun(() -> machines.of(next).ifPresent(machine -> tell(machine, next, held)));
  }

  /** Has QEMU hold its jobs, or let them go on; it refuses what is so already. */
  static void tell(Machine machine, KeptJob job, boolean held) {
    for (String id : BackupSteps.jobs(job.job().id(), BackupRow.plan(job))) {
      machine
          .qmp()
          .send(held ? new JobPause(id) : new JobResume(id))
          .exceptionally(
              alreadySo -> {
                LOG.debug("Job {} is held: {}", id, held, alreadySo);
                return null;
              });
    }
  }
}
