package dev.berth.engine;

import dev.berth.error.HostUnreachableException;
import dev.berth.store.Store;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells event streams how far the durable events reach. The events themselves stay in the store: a
 * slow reader costs no memory. Thread-safe.
 */
final class EventJournal {
  private final Store store;
  private long newest;
  private boolean closed;

  EventJournal(Store store) {
    this.store = store;
    this.newest = store.eventRange().newest();
  }

  /** Events up to that number are on disk. */
  synchronized void announce(long sequence) {
    if (sequence > newest) {
      newest = sequence;
      notifyAll();
    }
  }

  /** A stream of everything after that sequence number. */
  JournalStream streamAfter(long sequence) {
    return new JournalStream(this, store, sequence);
  }

  /**
   * Waits until there are events after that number, and tells whether there are.
   *
   * @throws HostUnreachableException when the host has been closed
   */
  synchronized boolean awaitAfter(long sequence, Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (newest <= sequence) {
      if (closed) {
        throw new HostUnreachableException("The host has been closed.");
      }
      long nanos = end - System.nanoTime();
      if (nanos <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }
    return true;
  }

  /** Wakes every waiting stream for the last time. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
