package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventTypes;
import dev.berth.engine.step.Actors;
import dev.berth.error.StorageFailureException;
import dev.berth.host.EventStream;
import dev.berth.qmp.Deadline;
import dev.berth.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the durable events in batches, from a cursor on. */
final class JournalStream implements EventStream {
  private static final int BATCH = 256;

  private final EventJournal journal;
  private final Store store;
  private final Clock clock;
  private final ArrayDeque<DomainEvent> batch = new ArrayDeque<>();

  /** The number up to which events were read, or are gone. */
  private long cursor;

  JournalStream(EventJournal journal, Store store, Clock clock, long cursor) {
    this.journal = journal;
    this.store = store;
    this.clock = clock;
    this.cursor = cursor;
  }

  @Override
  public Optional<DomainEvent> next(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.of(timeout);
    while (batch.isEmpty()) {
      if (!journal.awaitAfter(cursor, deadline)) {
        return Optional.empty();
      }
      fill(journal.newest());
    }
    return Optional.of(batch.remove());
  }

  /**
   * Reads on, knowing that there have been events up to that number. Numbers are given without a
   * gap, so what is not there was dropped by retention, or was lost with a store that had to be
   * rebuilt: the reader is told in its place. Who begins at the oldest has missed nothing.
   */
  private void fill(long newest) throws InterruptedException {
    List<DomainEvent> read = read();
    for (DomainEvent event : read) {
      skipTo(event.sequence() - 1);
      batch.add(event);
      cursor = event.sequence();
    }
    if (read.isEmpty()) {
      skipTo(newest);
    }
  }

  private List<DomainEvent> read() throws InterruptedException {
    try {
      return store.eventsAfter(cursor, BATCH);
    } catch (StorageFailureException failure) {
      if (!Thread.interrupted()) {
        throw failure;
      }
      InterruptedException interrupted = new InterruptedException("while events were read");
      interrupted.initCause(failure);
      throw interrupted;
    }
  }

  private void skipTo(long last) {
    if (cursor > 0 && cursor < last) {
      batch.add(missed(cursor + 1, last));
    }
    cursor = last;
  }

  private DomainEvent missed(long from, long to) {
    return new DomainEvent(
        to,
        clock.instant(),
        Optional.empty(),
        Optional.empty(),
        EventTypes.MISSED,
        Actors.HOST,
        Map.of("from", Long.toString(from), "to", Long.toString(to)));
  }

  @Override
  public void close() {
    batch.clear();
  }
}
