package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a clock that is stepped by a day does to the events that are kept. */
@ExtendWith(LeakCheck.class)
final class SteppedClockTest {
  private static final Instant START = StoreRecords.SINCE;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration AGE = Duration.ofDays(3);

  @TempDir Path home;
  private final DomainRecord web = StoreRecords.domain("web-1");

  @Test
  void setForwardItDropsNothingThatIsYoungerThanTheAgeByOneDay() {
    happen(START, 2);
    happen(START.plus(AGE).minus(DAY), 2);

    assertThat(happen(START.plus(AGE).plusSeconds(1), 1)).isEqualTo(new EventRange(3, 5));
  }

  @Test
  void setBackItKeepsEventsADayLongerAndTheirOrder() {
    happen(START.plus(DAY), 2);
    assertThat(happen(START, 2)).isEqualTo(new EventRange(1, 4));

    assertThat(happen(START.plus(AGE).plusSeconds(1), 1)).isEqualTo(new EventRange(1, 5));
    assertThat(happen(START.plus(AGE).plus(DAY).plusSeconds(1), 1)).isEqualTo(new EventRange(5, 6));
  }

  @Test
  void forwardAndBackAgainTheNumbersHaveNoGapAndTheirCountIsBounded() {
    for (int i = 0; i < 20; i++) {
      happen(i % 2 == 0 ? START : START.plus(DAY), 2);
    }

    try (H2Store store = open(START)) {
      assertThat(store.eventRange()).isEqualTo(new EventRange(31, 40));
      assertThat(store.eventsAfter(0, 100))
          .extracting(DomainEvent::sequence)
          .containsExactly(31L, 32L, 33L, 34L, 35L, 36L, 37L, 38L, 39L, 40L);
    }
  }

  /** So many events at that time; what is kept then. */
  private EventRange happen(Instant time, int count) {
    try (H2Store store = open(time)) {
      for (int i = 0; i < count; i++) {
        DomainEvent event = StoreRecords.event(web, "n" + i);
        DomainEvent then =
            new DomainEvent(
                0,
                time,
                event.domain(),
                event.name(),
                event.type(),
                event.actor(),
                event.attributes());
        Commit put = StoreRecords.put(web);
        store.commit(new Commit(put.changes(), List.of(then))).join();
      }
      return store.eventRange();
    }
  }

  private H2Store open(Instant time) {
    return H2Store.open(
        StoreSettings.at(home)
            .withEventsKept(10, AGE)
            .withClock(Clock.fixed(time, ZoneOffset.UTC)));
  }
}
