package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventTypes;
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
      fill();
    }
    DomainEvent next = batch.remove();
    cursor = next.sequence();
    return Optional.of(next);
  }

  /**
   * Reads on; says so when retention has overtaken the reader. What is kept is asked after reading:
   * retention may move between the two.
   */
  private void fill() {
    List<DomainEvent> read = store.eventsAfter(cursor, BATCH);
    long oldest = store.eventRange().oldest();
    long first = read.isEmpty() ? oldest : read.get(0).sequence();
    if (cursor > 0 && oldest > cursor + 1 && first > cursor + 1) {
      batch.add(missed(cursor + 1, first - 1));
    }
    batch.addAll(read);
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
