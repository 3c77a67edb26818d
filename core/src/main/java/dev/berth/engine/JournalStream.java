package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventTypes;
import dev.berth.host.EventStream;
import dev.berth.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;

/** Reads the durable events in batches, from a cursor on. */
final class JournalStream implements EventStream {
  private static final int BATCH = 256;

  private final EventJournal journal;
  private final Store store;
  private final ArrayDeque<DomainEvent> batch = new ArrayDeque<>();
  private long cursor;

  JournalStream(EventJournal journal, Store store, long cursor) {
    this.journal = journal;
    this.store = store;
    this.cursor = cursor;
  }

  @Override
  public Optional<DomainEvent> next(Duration timeout) throws InterruptedException {
    if (batch.isEmpty()) {
      if (!journal.awaitAfter(cursor, timeout)) {
        return Optional.empty();
      }
      fill();
    }
    DomainEvent next = batch.poll();
    if (next == null) {
      return Optional.empty();
    }
    cursor = next.sequence();
    return Optional.of(next);
  }

  /** Reads on; says so when retention has overtaken the reader. */
  private void fill() {
    long oldest = store.eventRange().oldest();
    if (cursor > 0 && oldest > cursor + 1) {
      batch.add(missed(cursor + 1, oldest - 1));
    }
    batch.addAll(store.eventsAfter(cursor, BATCH));
  }

  private static DomainEvent missed(long from, long to) {
    return new DomainEvent(
        to,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        EventTypes.MISSED,
        "host",
        Map.of("from", Long.toString(from), "to", Long.toString(to)));
  }

  @Override
  public void close() {
    batch.clear();
  }
}
