package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.StorageFailureException;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A store whose disk is full for some commits, or dies at one. */
final class FaultyStore implements Store {
  private final Store store;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile Optional<Fate> fate = Optional.empty();
  private volatile boolean dead;
  private volatile Predicate<Commit> full = commit -> false;

  FaultyStore(Store store) {
    this.store = store;
  }

  /** From now on refuses those commits. */
  void refuse(Predicate<Commit> commits) {
    full = commits;
  }

  /** What became of a commit whose outcome nobody was told. */
  enum Fate {
    HAPPENED,
    NOT_HAPPENED
  }

  /** The next commit's outcome is unknown, and the store cannot be read from then on. */
  void dieAtTheNextCommit(Fate ofTheCommit) {
    fate = Optional.of(ofTheCommit);
  }

  /** From now on takes everything, and can be read. */
  void mend() {
    full = commit -> false;
    dead = false;
  }

  /** How many commits were refused. */
  int refused() {
    return refused.get();
  }

  @Override
  public StoreContents contents() {
    if (dead) {
      throw new StorageFailureException("The disk does not answer.");
    }
    return store.contents();
  }

  @Override
  public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    if (full.test(commit)) {
      refused.incrementAndGet();
      return CompletableFuture.failedFuture(new StorageFailureException("The disk is full."));
    }
    Optional<Fate> known = fate;
    if (known.isEmpty()) {
      return store.commit(commit);
    }
    fate = Optional.empty();
    dead = true;
    CompletableFuture<List<DomainEvent>> done =
        known.get() == Fate.HAPPENED
            ? store.commit(commit)
            : CompletableFuture.completedFuture(List.of());
    return done.thenCompose(
        events ->
            CompletableFuture.failedFuture(
                new OutcomeUnknownException("The disk failed while it was written to.")));
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
