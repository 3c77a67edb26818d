package dev.berth.storage;

import dev.berth.error.BerthException;

/** Something for the store's thread to do. */
sealed interface StoreTask permits PendingCommit, PendingRead, StoreTask.Stop {

  /** Tells whoever waits that it was not done; nothing happens when they know better already. */
  void fail(BerthException why);

  /** The last task: ends the thread. */
  record Stop() implements StoreTask {
    @Override
    public void fail(BerthException why) {
      // nobody waits for it
    }
  }
}
