package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.EventStream;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.store.testing.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reading what happened. */
final class EventStreamTest extends EngineFixture {
  private static final Duration NOW = Duration.ZERO;

  @Test
  void aSlowReaderGetsEverythingInOrderAndResumesWhereItStopped() throws Exception {
    EventStream stream = api().events(0);
    host.define("web");
    for (int i = 0; i < 300; i++) {
      host.define("web", (64 + i % 2 * 64) + "MiB");
    }

    List<Long> read = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      read.add(next(stream).sequence());
    }
    stream.close();
    EventStream again = api().events(read.get(read.size() - 1));
    Optional<DomainEvent> event = again.next(NOW);
    while (event.isPresent()) {
      read.add(event.get().sequence());
      event = again.next(NOW);
    }

    assertThat(read).isSorted().doesNotHaveDuplicates();
    assertThat(read).hasSize((int) memory.eventRange().newest());
    assertThat(again.next(Duration.ofMillis(20))).isEmpty();
  }

  @Test
  void aWaitingReaderIsToldAndThenSeesWhatItWasTold() throws Exception {
    EventStream stream = api().events(memory.eventRange().newest());
    CompletableFuture<DomainEvent> told = TestHost.async(() -> next(stream));

    host.define("web");

    assertThat(told.get(20, TimeUnit.SECONDS).type()).isEqualTo(EventTypes.DEFINED);
    assertThat(told.get().actor()).isEqualTo("test");
    assertThat(web().name().text()).isEqualTo("web");
  }

  @Test
  void aReaderThatRetentionHasOvertakenLearnsWhatItMissed() throws Exception {
    host.define("web");
    host.define("web", "128MiB");
    host.define("web", "64MiB");
    Store trimmed = new Trimmed(memory, 3);
    EventStream stream = new EventJournal(trimmed, Clock.systemUTC()).streamAfter(1);

    DomainEvent missed = next(stream);

    assertThat(missed.type()).isEqualTo(EventTypes.MISSED);
    assertThat(missed.attributes()).containsEntry("from", "2").containsEntry("to", "2");
    assertThat(missed.sequence()).isEqualTo(2);
    assertThat(next(stream).sequence()).isEqualTo(3);
    EventStream fromTheOldest = new EventJournal(trimmed, Clock.systemUTC()).streamAfter(0);
    assertThat(next(fromTheOldest).sequence()).isEqualTo(3);
  }

  @Test
  void aClosedHostEndsTheStream() throws Exception {
    EventStream stream = api().events(memory.eventRange().newest());
    CompletableFuture<DomainEvent> waiting = TestHost.async(() -> next(stream));

    host.close();

    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(HostUnreachableException.class);
  }

  @Test
  void aNegativeCursorIsRefused() {
    assertThatThrownBy(() -> api().events(-1)).isInstanceOf(InvalidRequestException.class);
  }

  private static DomainEvent next(EventStream stream) throws InterruptedException {
    return stream.next(TestHost.PATIENCE).orElseThrow();
  }

  /** A store that has forgotten its oldest events. */
  private record Trimmed(MemoryStore store, long oldest) implements Store {
    @Override
    public StoreContents contents() {
      return store.contents();
    }

    @Override
    public CompletableFuture<List<DomainEvent>> commit(Commit commit) {
      return store.commit(commit);
    }

    @Override
    public List<DomainEvent> eventsAfter(long sequence, int limit) {
      return store.eventsAfter(Math.max(sequence, oldest - 1), limit);
    }

    @Override
    public EventRange eventRange() {
      return new EventRange(oldest, store.eventRange().newest());
    }

    @Override
    public void close() {}
  }
}
