package dev.berth.store;

import dev.berth.domain.DomainEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The durable truth of one host: domains, launch records, intents and events. Thread-safe. One
 * process owns a store at a time; whoever opened it closes it.
 */
public interface Store extends AutoCloseable {

  /**
   * Everything but the events, as it was at the last acknowledged commit. Read once, after opening.
   */
  StoreContents contents();

  /**
   * Makes all changes durable together, or none. Events get the next sequence numbers in list
   * order.
   *
   * @return completes on no caller's thread, once the changes are on disk, with the numbered
   *     events; fails with {@link dev.berth.error.StorageFailureException} when nothing was changed
   */
  CompletableFuture<List<DomainEvent>> commit(Commit commit);

  /**
   * Events after that sequence number, oldest first, at most {@code limit}.
   *
   * @throws dev.berth.error.StorageFailureException when they cannot be read
   */
  List<DomainEvent> eventsAfter(long sequence, int limit);

  /**
   * The sequence numbers that are kept: the oldest and the newest event; both 0 when there is none.
   */
  EventRange eventRange();

  /** Waits for commits in flight, then releases the store. Idempotent. */
  @Override
  void close();

  /**
   * The events that are kept.
   *
   * @param oldest sequence number of the oldest event kept, 0 for none
   * @param newest sequence number of the newest event ever given, 0 for none
   */
  record EventRange(long oldest, long newest) {}
}
