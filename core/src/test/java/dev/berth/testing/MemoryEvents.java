package dev.berth.testing;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.EventStream;
import dev.berth.qmp.Deadline;
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
  private boolean closed;

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

  /** An event of the host. */
  synchronized void add(String type, String actor, Map<String, String> attributes) {
    all.add(
        new DomainEvent(
            all.size() + 1L,
            clock.instant(),
            Optional.empty(),
            Optional.empty(),
            type,
            actor,
            attributes));
    notifyAll();
  }

  private synchronized Optional<DomainEvent> after(long sequence, Duration timeout)
      throws InterruptedException {
    Deadline deadline = Deadline.of(timeout);
    while (sequence >= all.size()) {
      if (closed) {
        throw closedHost();
      }
      if (deadline.hasPassed()) {
        return Optional.empty();
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline.remainingNanos()));
    }
    return Optional.of(all.get((int) sequence));
  }

  synchronized EventRange range() {
    return new EventRange(Math.min(1, all.size()), all.size());
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  static HostUnreachableException closedHost() {
    return new HostUnreachableException("The host has been closed.");
  }

  synchronized EventStream stream(long afterSequence) {
    if (afterSequence < 0 || afterSequence > all.size()) {
      throw new InvalidRequestException("after: there is no event " + afterSequence + ".");
    }
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
