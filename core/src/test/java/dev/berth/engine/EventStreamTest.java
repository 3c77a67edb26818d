package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.domain.EventTypes;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.StorageFailureException;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
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
    Store trimmed = new Lacking(memory, number -> number < 3);
    EventStream stream = new EventJournal(trimmed, Clock.systemUTC()).streamAfter(1);

    DomainEvent missed = next(stream);

    assertThat(missed.type()).isEqualTo(EventTypes.MISSED);
    assertThat(missed.attributes()).containsEntry("from", "2").containsEntry("to", "2");
    assertThat(missed.sequence()).isEqualTo(2);
    assertThat(next(stream).sequence()).isEqualTo(3);
    EventStream fromTheOldest = new EventJournal(trimmed, Clock.systemUTC()).streamAfter(0);
    assertThat(next(fromTheOldest).sequence()).isEqualTo(3);
  }

  /** As in a store that was repaired from its recovery copies: numbers go on after a jump. */
  @Test
  void aReaderLearnsOfAGapAmidTheEventsInItsPlace() throws Exception {
    for (int i = 0; i < 5; i++) {
      host.define("web", (64 + i) + "MiB");
    }
    Store repaired = new Lacking(memory, number -> number == 3 || number == 4);
    EventStream stream = new EventJournal(repaired, Clock.systemUTC()).streamAfter(0);

    List<DomainEvent> read = new ArrayList<>();
    while (read.size() < memory.eventRange().newest() - 1) {
      read.add(next(stream));
    }

    assertThat(read).extracting(DomainEvent::sequence).startsWith(1L, 2L, 4L, 5L, 6L);
    assertThat(read).extracting(DomainEvent::type).containsOnlyOnce(EventTypes.MISSED);
    assertThat(read.get(2).attributes()).containsEntry("from", "3").containsEntry("to", "4");
  }

  @Test
  void aReaderOfWhomRetentionHasLeftNothingIsToldAndWaits() throws Exception {
    host.define("web");
    long newest = memory.eventRange().newest();
    EventJournal nothing = new EventJournal(new Lacking(memory, number -> true), Clock.systemUTC());
    EventStream stream = nothing.streamAfter(1);

    DomainEvent missed = next(stream);

    assertThat(missed.sequence()).isEqualTo(newest);
    assertThat(missed.attributes())
        .containsEntry("from", "2")
        .containsEntry("to", Long.toString(newest));
    assertThat(stream.next(Duration.ofMillis(20))).isEmpty();
    assertThat(nothing.streamAfter(0).next(Duration.ofMillis(20))).isEmpty();
  }

  @Test
  void aReadThatIsInterruptedIsAnInterruptionAndLosesNothing() throws Exception {
    host.define("web");
    AtomicBoolean interrupts = new AtomicBoolean();
    Store interrupted =
        new Lacking(
            memory,
            number -> {
              if (interrupts.get()) {
                Thread.currentThread().interrupt();
                throw new StorageFailureException("Reading was interrupted.");
              }
              return false;
            });
    EventStream stream = new EventJournal(interrupted, Clock.systemUTC()).streamAfter(0);
    interrupts.set(true);

    assertThatThrownBy(() -> next(stream)).isInstanceOf(InterruptedException.class);

    interrupts.set(false);
    assertThat(next(stream).sequence()).isEqualTo(1);
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

  /** A store that has forgotten some of its events. */
  private record Lacking(MemoryStore store, LongPredicate forgotten) implements Store {
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
      return store.eventsAfter(sequence, limit).stream()
          .filter(event -> !forgotten.test(event.sequence()))
          .toList();
    }

    @Override
    public EventRange eventRange() {
      long newest = store.eventRange().newest();
      long oldest =
          LongStream.rangeClosed(1, newest).filter(forgotten.negate()).findFirst().orElse(0);
      return new EventRange(oldest, newest);
    }

    @Override
    public void close() {}
  }
}
