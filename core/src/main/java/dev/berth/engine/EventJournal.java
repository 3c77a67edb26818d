package dev.berth.engine;

import dev.berth.domain.EventRange;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.qmp.Deadline;
import dev.berth.store.Store;
import java.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * Tells event streams how far the durable events reach. The events themselves stay in the store: a
 * slow reader costs no memory. Thread-safe.
 */
final class EventJournal {
  private final Store store;
  private final Clock clock;
  private long newest;
  private boolean closed;

  EventJournal(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.newest = store.eventRange().newest();
  }

  /** Events up to that number are on disk. */
  synchronized void announce(long sequence) {
    if (sequence > newest) {
      newest = sequence;
      notifyAll();
    }
  }

  /** The number of the last event that is on disk. */
  synchronized long newest() {
    return newest;
  }

  /** The events that are kept, as far as they have been announced. */
  synchronized EventRange range() {
    return new EventRange(store.eventRange().oldest(), newest);
  }

  /**
   * A stream of everything after that sequence number.
   *
   * @throws InvalidRequestException when no event has that number yet: whoever has it has it from
   *     another host, and would wait for ever
   */
  JournalStream streamAfter(long sequence) {
    long last = store.eventRange().newest();
    if (sequence < 0 || sequence > last) {
      throw new InvalidRequestException(
          "after: this host's events are numbered 1 to "
              + last
              + ", and there is no "
              + sequence
              + ". 0 starts at the oldest kept.");
    }
    return new JournalStream(this, store, clock, sequence);
  }

  /**
   * Waits until there are events after that number, and tells whether there are.
   *
   * @throws HostUnreachableException when the host has been closed
   */
  synchronized boolean awaitAfter(long sequence, Deadline deadline) throws InterruptedException {
    while (true) {
      if (closed) {
        throw new HostUnreachableException("The host has been closed.");
      }
      if (newest > sequence) {
        return true;
      }
      if (deadline.hasPassed()) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline.remainingNanos()));
    }
  }

  /** Wakes every waiting stream for the last time. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
