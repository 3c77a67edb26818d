package dev.berth.testing;

import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.host.CallOptions;
import dev.berth.host.VmHost;
import dev.berth.job.JobId;
import dev.berth.qmp.Deadline;
import java.time.Duration;
import java.util.function.Supplier;

/** Calls of a {@link MemoryHost} that wait until no job is in their way. */
final class MemoryTurns {
  private static final Duration FOREVER = Duration.ofDays(1);

  private final VmHost host;

  MemoryTurns(VmHost host) {
    this.host = host;
  }

  /** The outcome of the work, done when its turn has come. */
  <T> T await(CallOptions options, Supplier<T> work) {
    Deadline deadline = Deadline.of(options.deadline().orElse(FOREVER));
    while (true) {
      try {
        return work.get();
      } catch (BusyException busy) {
        if (options.turn() == CallOptions.Turn.NOW || busy.job().isEmpty()) {
          throw busy;
        }
        awaitEnd(new JobId(busy.job().get()), deadline, busy);
      }
    }
  }

  private void awaitEnd(JobId job, Deadline deadline, BusyException busy) {
    try {
      host.awaitJob(job, Duration.ofNanos(Math.max(0, deadline.remainingNanos())));
    } catch (DeadlineExceededException tooLate) {
      throw new DeadlineExceededException("Nothing was done. " + busy.getMessage(), tooLate);
    }
  }
}
