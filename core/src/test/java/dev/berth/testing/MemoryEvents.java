package dev.berth.testing;

import dev.berth.domain.DomainEvent;
import dev.berth.host.EventStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Every event of a {@link MemoryHost}, kept for ever. */
final class MemoryEvents {
  private final Clock clock;
  private final List<DomainEvent> all = new ArrayList<>();

  MemoryEvents(Clock clock) {
    this.clock = clock;
  }

  synchronized void add(
      MemoryDomain domain, String type, String actor, Map<String, String> attributes) {
    all.add(
        new DomainEvent(
            all.size() + 1L,
            clock.instant(),
            Optional.of(domain.uuid()),
            Optional.of(domain.definition().name().text()),
            type,
            actor,
            attributes));
    notifyAll();
  }

  private synchronized Optional<DomainEvent> after(long sequence, Duration timeout)
      throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (sequence >= all.size()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return Optional.empty();
      }
      wait(left);
    }
    return Optional.of(all.get((int) sequence));
  }

  EventStream stream(long afterSequence) {
    return new EventStream() {
      private long sequence = afterSequence;

      @Override
      public Optional<DomainEvent> next(Duration timeout) throws InterruptedException {
        Optional<DomainEvent> event = after(sequence, timeout);
        event.ifPresent(each -> sequence = each.sequence());
        return event;
      }

      @Override
      public void close() {}
    };
  }
}
