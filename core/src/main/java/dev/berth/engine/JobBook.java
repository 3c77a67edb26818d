package dev.berth.engine;

import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.store.Change;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The rows of those jobs that belong to one owner: a domain, or the host. Its mailbox is their only
 * writer; all but {@link #mailbox} is for its turns.
 */
interface JobBook {

  /** Whose turns write them. */
  Mailbox mailbox();

  /** Those that there are. */
  DomainJobs jobs();

  /** A job goes on like that; fails when that cannot be put on record. */
  CompletionStage<Void> goesOn(KeptJob job);

  /**
   * A job has ended like that; put on record when that is possible again, if it is not now.
   *
   * @param changes what is on record with that
   */
  CompletionStage<Void> ended(KeptJob job, List<Change> changes);
}
