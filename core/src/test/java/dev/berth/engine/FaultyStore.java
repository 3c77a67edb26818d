package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.error.StorageFailureException;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A store whose disk is full for some commits. */
final class FaultyStore implements Store {
  private final Store store;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile Predicate<Commit> full = commit -> false;

  FaultyStore(Store store) {
    this.store = store;
  }

  /** From now on refuses those commits. */
  void refuse(Predicate<Commit> commits) {
    full = commits;
  }

  /** From now on takes everything. */
  void mend() {
    full = commit -> false;
  }

  /** How many commits were refused. */
  int refused() {
    return refused.get();
  }

  @Override
  public StoreContents contents() {
    return store.contents();
  }

  @Override
  public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    if (full.test(commit)) {
      refused.incrementAndGet();
      return CompletableFuture.failedFuture(new StorageFailureException("The disk is full."));
    }
    return store.commit(commit);
  }

  @Override
  public List<DomainEvent> eventsAfter(long sequence, int limit) {
    return store.eventsAfter(sequence, limit);
  }

  @Override
  public EventRange eventRange() {
    return store.eventRange();
  }

  @Override
  public void close() {
    store.close();
  }
}
