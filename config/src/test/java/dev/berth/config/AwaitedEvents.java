package dev.berth.config;

import dev.berth.domain.EventBody;
import dev.berth.host.EventStream;
import dev.berth.host.VmHost;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What a host tells from some event on, awaited one after another. */
final class AwaitedEvents implements AutoCloseable {
  private final EventStream events;
  private final List<EventBody> seen = new ArrayList<>();

  private AwaitedEvents(EventStream events) {
    this.events = events;
  }

  static AwaitedEvents after(VmHost host, long sequence) {
    return new AwaitedEvents(host.events(sequence));
  }

  /** Waits for the next one that is as expected. */
  void await(Predicate<EventBody> expected) throws InterruptedException {
    EventBody next;
    do {
      next =
          events
              .next(TestHome.PATIENCE)
              .orElseThrow(() -> new AssertionError("no such event came, but " + seen))
              .body();
      seen.add(next);
    } while (!expected.test(next));
  }

  /** Everything so far. */
  List<EventBody> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    events.close();
  }
}
