package dev.berth.engine.step;

import java.util.concurrent.CompletionStage;

/**
 * How jobs of a kind that can be held where they are are held, and let go on. Their phase tells
 * which they are. Runs in the driver's turns.
 */
public interface JobPausing {

  /**
   * Holds a job that goes on; does nothing to one that is held already.
   *
   * @return completes when that is on record
   */
  CompletionStage<Void> pause(KeptJob job, String actor);

  /**
   * Lets a job go on that is held; does nothing to one that is not.
   *
   * @return completes when that is on record
   */
  CompletionStage<Void> resume(KeptJob job, String actor);
}
