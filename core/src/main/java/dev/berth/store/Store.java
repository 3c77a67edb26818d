package dev.berth.store;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The durable truth of one host: domains, launch records, intents, jobs, pools, images, backups and
 * events. Thread-safe. One process owns a store at a time; whoever opened it closes it.
 */
public interface Store extends AutoCloseable {

  /**
   * Everything but the events, as it was at the last acknowledged commit. Read once, after opening.
   *
   * @throws dev.berth.error.StorageFailureException when it cannot be read
   */
  StoreContents contents();

  /**
   * Makes all changes durable together, or none. Events get the next sequence numbers in list
   * order.
   *
   * @return completes on no caller's thread, in the order of the commits, once the changes are on
   *     disk, with the numbered events. What is attached to it must hand long work on: it holds up
   *     other callers' futures. Nothing was changed when it fails with {@link
   *     dev.berth.error.AlreadyExistsException} (the name belongs to another domain), {@link
   *     dev.berth.error.NotFoundException} (a launch record, intent or job of no domain, an image
   *     of no pool), {@link dev.berth.error.InvalidRequestException} (a value that cannot be
   *     stored), {@link dev.berth.error.BusyException} (too many commits are waiting) or {@link
   *     dev.berth.error.StorageFailureException}. After {@link
   *     dev.berth.error.OutcomeUnknownException} only {@link #contents()} tells, once the disk
   *     works again
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
}
