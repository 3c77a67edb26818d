package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.StorageFailureException;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many callers, long runs and limits. */
@ExtendWith(LeakCheck.class)
class GroupCommitTest {
  private static final Duration AGE = Duration.ofDays(30);

  @TempDir Path home;

  @Test
  void commitsThatWaitTogetherShareASync() throws Exception {
    int threads = 16;
    int each = 50;
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    try (H2Store store = open()) {
      List<Future<List<Long>>> results = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        DomainRecord domain = StoreRecords.domain("web-" + t);
        results.add(callers.submit(() -> commitInTurn(store, domain, each)));
      }
      List<Long> numbers = new ArrayList<>();
      for (Future<List<Long>> result : results) {
        List<Long> own = result.get();
        assertThat(own).isSorted();
        numbers.addAll(own);
      }

      assertThat(numbers)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.rangeClosed(1, (long) threads * each).boxed().toList());
      StoreFigures figures = store.figures();
      assertThat(figures.commits()).isEqualTo((long) threads * each);
      assertThat(figures.syncs()).isEqualTo(figures.groups()).isLessThan(figures.commits());
      assertThat(store.contents().domains())
          .hasSize(threads)
          .allSatisfy(domain -> assertThat(domain.generation()).isEqualTo(each));
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void futuresCompleteInTheOrderOfTheCommits() {
    List<Integer> order = new ArrayList<>();
    List<CompletableFuture<?>> all = new ArrayList<>();
    CountDownLatch hold = new CountDownLatch(1);
    try (H2Store store = open()) {
      CompletableFuture<?> blocked = blockTheStore(store, hold);
      for (int i = 0; i < 300; i++) {
        int number = i;
        all.add(
            store
                .commit(StoreRecords.put(StoreRecords.domain("web-" + i)))
                .thenRun(() -> order.add(number)));
      }
      hold.countDown();
      blocked.join();
      all.forEach(CompletableFuture::join);
    }
    assertThat(order).isSorted().hasSize(300);
  }

  @Test
  void aContinuationThatBlocksDoesNotStopTheStore() {
    CountDownLatch hold = new CountDownLatch(1);
    try (H2Store store = open()) {
      DomainRecord domain = StoreRecords.domain("web-1");
      CompletableFuture<?> blocking =
          store.commit(StoreRecords.put(domain)).thenRun(() -> awaitQuietly(hold));
      CompletableFuture<?> next = store.commit(StoreRecords.put(StoreRecords.domain("web-2")));

      awaitUntil(() -> store.eventRange().newest() == 2);

      assertThat(next).isNotDone();
      hold.countDown();
      blocking.join();
      next.join();
    }
  }

  @Test
  void tooManyWaitingCommitsAreRefusedAsBusy() {
    CountDownLatch hold = new CountDownLatch(1);
    try (H2Store store = open()) {
      CompletableFuture<?> blocked = blockTheStore(store, hold);
      List<CompletableFuture<List<DomainEvent>>> taken = new ArrayList<>();
      DomainRecord domain = StoreRecords.domain("web-1");
      CompletableFuture<List<DomainEvent>> last = store.commit(StoreRecords.put(domain));
      while (!last.isCompletedExceptionally()) {
        taken.add(last);
        last = store.commit(StoreRecords.put(domain));
      }

      assertThatThrownBy(last::join)
          .hasCauseInstanceOf(BusyException.class)
          .hasMessageContaining("4,096")
          .hasMessageContaining(home.toString());
      hold.countDown();
      blocked.join();
      taken.forEach(CompletableFuture::join);
      assertThat(store.eventRange()).isEqualTo(new EventRange(1, taken.size()));
    }
  }

  @Test
  void aValueThatCannotBeStoredFailsItsCommitAlone() {
    try (H2Store store = open()) {
      DomainRecord huge = StoreRecords.domain("huge");
      DomainRecord tooLong =
          new DomainRecord(huge.uuid(), huge.name(), 1, 1, "x".repeat(2_000_000), huge.status());

      CompletableFuture<?> refused = store.commit(StoreRecords.put(tooLong));
      CompletableFuture<?> fine = store.commit(StoreRecords.put(StoreRecords.domain("web-1")));

      assertThatThrownBy(refused::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("2,000,000 characters");
      fine.join();
      assertThat(store.contents().domains()).hasSize(1);
    }
  }

  @Test
  void theOldestEventsAreDroppedAndNumbersGoOn() {
    StoreSettings few = settings(StoreRecords.SINCE).withEventsKept(10, AGE);
    DomainRecord domain = StoreRecords.domain("web-1");
    try (H2Store store = H2Store.open(few)) {
      for (int i = 0; i < 25; i++) {
        store.commit(StoreRecords.put(domain)).join();
      }
      assertThat(store.eventRange()).isEqualTo(new EventRange(16, 25));
      assertThat(store.eventsAfter(0, 100)).extracting(DomainEvent::sequence).startsWith(16L);
    }
    try (H2Store store = H2Store.open(few)) {
      assertThat(store.eventRange()).isEqualTo(new EventRange(16, 25));
      assertThat(store.commit(StoreRecords.put(domain)).join().get(0).sequence()).isEqualTo(26);
    }
  }

  @Test
  void eventsThatAreTooOldAreDroppedEvenIfAllAre() {
    DomainRecord domain = StoreRecords.domain("web-1");
    try (H2Store store = H2Store.open(settings(StoreRecords.SINCE))) {
      store.commit(StoreRecords.put(domain)).join();
      store.commit(StoreRecords.put(domain)).join();
    }
    Instant later = StoreRecords.SINCE.plus(AGE).plusSeconds(1);
    try (H2Store store = H2Store.open(settings(later))) {
      List<DomainEvent> events = store.commit(StoreRecords.put(domain)).join();

      assertThat(events.get(0).sequence()).isEqualTo(3);
      assertThat(store.eventsAfter(0, 10)).isEmpty();
      assertThat(store.eventRange()).isEqualTo(new EventRange(0, 3));
    }
    try (H2Store store = H2Store.open(settings(later))) {
      assertThat(store.eventRange()).isEqualTo(new EventRange(0, 3));
    }
  }

  @Test
  void anInterruptedReaderHarmsNobody() {
    try (H2Store store = open()) {
      store.commit(StoreRecords.put(StoreRecords.domain("web-1"))).join();

      CountDownLatch hold = new CountDownLatch(1);
      CompletableFuture<?> blocked = blockTheStore(store, hold);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.eventsAfter(0, 10))
          .isInstanceOf(StorageFailureException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      hold.countDown();
      blocked.join();

      assertThat(store.eventsAfter(0, 10)).hasSize(1);
      store.commit(StoreRecords.put(StoreRecords.domain("web-2"))).join();
      assertThat(store.figures().reopenings()).isZero();
    }
  }

  @Test
  void anInterruptDoesNotEndClosingEarly() {
    H2Store store = open();
    CompletableFuture<?> last = store.commit(StoreRecords.put(StoreRecords.domain("web-1")));

    Thread.currentThread().interrupt();
    store.close();

    assertThat(Thread.interrupted()).isTrue();
    last.join();
    open().close();
  }

  @Test
  void aBusyDomainsCopyIsWrittenFarLessOftenThanItChanges() throws Exception {
    DomainRecord domain = StoreRecords.domain("web-1");
    try (H2Store store = open()) {
      for (int i = 1; i <= 200; i++) {
        store.commit(StoreRecords.put(StoreRecords.domain(domain.uuid(), "web-1", i))).join();
      }
      Path copy = new CopyDirectory(StoreHome.of(home).recovery()).file(domain.uuid());
      awaitUntil(() -> Files.exists(copy) && read(copy).contains("\"generation\" : 200"));
      assertThat(store.figures().copiesWritten()).isLessThan(200);
      assertThat(read(copy)).contains("\"name\" : \"web-1\"", "\"state\" : \"shutoff\"");
    }
  }

  @Test
  void theFileStaysNearItsContent() {
    FileLimits small = new FileLimits(2L << 20, 1L << 20, 4);
    checkFileSize(small, 2_000);
  }

  @Test
  @Tag("full")
  void theFileStaysNearItsContentAfterTwentyThousandCommits() {
    checkFileSize(FileLimits.DEFAULT, 20_000);
  }

  private void checkFileSize(FileLimits limits, int commits) {
    StoreSettings few = settings(StoreRecords.SINCE).withEventsKept(100, AGE);
    StoreHome files = StoreHome.of(home);
    long largest = 0;
    try (H2Store store = H2Store.open(few, files, limits)) {
      for (int i = 0; i < commits; i++) {
        DomainRecord plain = StoreRecords.domain(new UUID(1, i % 10), "web-" + i % 10, i);
        DomainRecord domain =
            new DomainRecord(plain.uuid(), plain.name(), i, 1, "y".repeat(4096), plain.status());
        store.commit(StoreRecords.put(domain)).join();
        largest = Math.max(largest, files.databaseBytes());
      }
      assertThat(store.figures().compactions()).isPositive();
      assertThat(store.contents().domains()).hasSize(10);
      assertThat(store.eventRange()).isEqualTo(new EventRange(commits - 99, commits));
    }
    System.out.printf(
        "%d commits: database file %,d bytes at most, %,d after closing%n",
        commits, largest, files.databaseBytes());
    assertThat(largest).isLessThan(limits.runningBytes() + (2L << 20));
    assertThat(files.databaseBytes()).isLessThan(limits.closingBytes() + (2L << 20));
    try (H2Store store = H2Store.open(few)) {
      assertThat(store.contents().domains()).hasSize(10);
      assertThat(store.contents().rebuilt()).isEmpty();
    }
  }

  private static List<Long> commitInTurn(H2Store store, DomainRecord domain, int times) {
    List<Long> numbers = new ArrayList<>();
    for (int i = 1; i <= times; i++) {
      DomainRecord next = StoreRecords.domain(domain.uuid(), domain.name().text(), i);
      numbers.add(store.commit(StoreRecords.put(next)).join().get(0).sequence());
    }
    return numbers;
  }

  /** Keeps the store's thread in a read until the latch opens. */
  private static CompletableFuture<?> blockTheStore(H2Store store, CountDownLatch hold) {
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<?> blocked =
        CompletableFuture.runAsync(
            () ->
                store.read(
                    database -> {
                      started.countDown();
                      awaitQuietly(hold);
                      return 0;
                    }));
    awaitQuietly(started);
    return blocked;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitUntil(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private H2Store open() {
    return H2Store.open(settings(StoreRecords.SINCE));
  }

  private StoreSettings settings(Instant now) {
    return StoreSettings.at(home).withClock(Clock.fixed(now, ZoneOffset.UTC));
  }
}
