package dev.berth.engine;

import dev.berth.engine.thread.Mailbox;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * What all kinds of jobs of one domain do: each moment that every job meets comes to them from
 * here, in their order. Used in the driver's turns.
 */
final class JobWorks {
  private final Mailbox mailbox;
  private final List<JobWork> all;

  JobWorks(Mailbox mailbox, List<JobWork> all) {
    this.mailbox = mailbox;
    this.all = List.copyOf(all);
  }

  /** All of them, in their order. */
  List<JobWork> all() {
    return all;
  }

  private Stream<MachineJobWork> aboutMachines() {
    return all.stream().filter(MachineJobWork.class::isInstance).map(MachineJobWork.class::cast);
  }

  /** A machine was adopted. */
  void resume(Lifecycle.Active active) {
    aboutMachines().forEach(work -> work.resume(active));
  }

  /**
   * The domain was opened, and there is no machine of its, or one is yet to be adopted.
   *
   * @return completes when all have looked at their jobs
   */
  CompletionStage<?> settleWithoutMachine() {
    CompletionStage<?> settled = Mailbox.DONE;
    for (JobWork work : all) {
      settled = settled.thenCompose(before -> work.settleWithoutMachine());
    }
    return settled;
  }

  /** The machine has ended: those about machines look at their jobs, each in a turn of its own. */
  void machineEnded() {
    aboutMachines().forEach(work -> mailbox.event(work::settleWithoutMachine));
  }

  /** The host is being closed. */
  void letGo() {
    all.forEach(JobWork::letGo);
  }
}
