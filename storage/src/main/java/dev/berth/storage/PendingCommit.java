package dev.berth.storage;

import dev.berth.domain.DomainEvent;
import dev.berth.error.BerthException;
import dev.berth.store.Commit;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A commit and whoever waits for it. */
record PendingCommit(Commit commit, CompletableFuture<List<DomainEvent>> outcome)
    implements StoreTask {

  PendingCommit(Commit commit) {
    this(commit, new CompletableFuture<>());
  }

  @Override
  public void fail(BerthException why) {
    outcome.completeExceptionally(why);
  }
}
