package dev.berth.config;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventRange;
import dev.berth.domain.EventTypes;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A store whose commits can be the death of the process. */
final class FatalStore implements Store {
  private final Store store;
  private final Fuse fuse;

  FatalStore(Store store, Fuse fuse) {
    this.store = store;
    this.fuse = fuse;
  }

  @Override
  public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    CrashPoint.Step step = step(commit);
    fuse.reached(CrashPoint.before(step));
    return store
        .commit(commit)
        .thenApply(
            events -> {
              fuse.reached(CrashPoint.after(step));
              return events;
            });
  }

  private static CrashPoint.Step step(Commit commit) {
    if (commit.changes().stream().anyMatch(FatalStore::settlesAnIntent)) {
      return CrashPoint.Step.OUTCOME;
    }
    if (commit.changes().stream().anyMatch(Change.PutIntent.class::isInstance)) {
      return CrashPoint.Step.INTENT;
    }
    if (commit.changes().stream().anyMatch(FatalStore::saysTheGuestIsDown)) {
      return CrashPoint.Step.GUEST_DOWN;
    }
    boolean defines =
        commit.events().stream()
            .anyMatch(
                event ->
                    event.type().equals(EventTypes.DEFINED)
                        || event.type().equals(EventTypes.REDEFINED));
    return defines ? CrashPoint.Step.DEFINITION : CrashPoint.Step.OTHER;
  }

  private static boolean settlesAnIntent(Change change) {
    return change instanceof Change.RemoveIntent
        || change instanceof Change.RemoveLaunch
        || change instanceof Change.RemoveDomain;
  }

  private static boolean saysTheGuestIsDown(Change change) {
    return change instanceof Change.PutDomain put
        && put.domain().status().state() == DomainState.SHUTDOWN;
  }

  @Override
  public StoreContents contents() {
    return store.contents();
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
