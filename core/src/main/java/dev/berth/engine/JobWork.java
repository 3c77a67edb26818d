package dev.berth.engine;

import dev.berth.engine.step.JobPausing;
import dev.berth.engine.step.KeptJob;
import dev.berth.error.UnsupportedException;
import java.util.concurrent.CompletionStage;

/**
 * What one kind of job does at the moments that every job meets: the host is opened or closed,
 * somebody wants it cancelled. How it begins and goes on is its own affair. Runs in the driver's
 * turns; what takes time is done elsewhere, and comes back as an event of the mailbox.
 */
interface JobWork {

  /**
   * There is no machine any more, or it is another: the jobs about it come to their ends. The host
   * has been opened: the jobs that need no machine go on.
   */
  CompletionStage<?> settleWithoutMachine();

  /** The host is being closed: lets go of what does its jobs, which goes on with them. */
  default void letGo() {}

  /**
   * Ends a job that goes on before it is done.
   *
   * @return completes when that is on record
   * @throws UnsupportedException when a job of the kind cannot be ended, with what can be done
   */
  CompletionStage<Void> cancel(KeptJob job, String actor);

  /**
   * How that job is held, and let go on.
   *
   * @throws UnsupportedException when jobs of the kind cannot be held, with the reason
   */
  JobPausing pausing(KeptJob job);
}
