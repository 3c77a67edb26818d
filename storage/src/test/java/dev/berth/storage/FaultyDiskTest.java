package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.StorageFailureException;
import dev.berth.store.DomainRecord;
import dev.berth.store.testing.StoreRecords;
import dev.berth.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Writes and syncs that fail: what was acknowledged is there, what failed is not. */
@ExtendWith(LeakCheck.class)
class FaultyDiskTest {
  @TempDir Path home;

  private FaultyDisk.Faults faults;

  @BeforeEach
  void install() {
    faults = FaultyDisk.install();
  }

  @AfterEach
  void uninstall() {
    FaultyDisk.uninstall();
  }

  @Test
  void aWriteThatFailsHalfWayChangesNothing() {
    DomainRecord first = StoreRecords.domain("first");
    DomainRecord second = StoreRecords.domain("second");
    try (H2Store store = open()) {
      store.commit(StoreRecords.put(first)).join();
      faults.failWrite(0, 100);

      assertThatThrownBy(() -> store.commit(StoreRecords.put(second)).join())
          .hasCauseInstanceOf(StorageFailureException.class)
          .hasMessageContaining("Input/output error")
          .hasMessageContaining("Nothing was changed");

      assertThat(store.contents().domains()).containsExactly(first);
      assertThat(store.commit(StoreRecords.put(second)).join().get(0).sequence()).isEqualTo(2);
    }
    assertHolds(Set.of(first, second), 2);
  }

  @Test
  void aCommitWhoseSyncFailedIsAcknowledgedOnlyAfterTheFileWasRewritten() {
    DomainRecord domain = StoreRecords.domain("web-1");
    try (H2Store store = open()) {
      faults.failSync(0);

      List<DomainEvent> events = store.commit(StoreRecords.put(domain)).join();

      assertThat(events).hasSize(1);
      assertThat(store.figures().reopenings()).isEqualTo(1);
    }
    assertHolds(Set.of(domain), 1);
  }

  @Test
  void anOutcomeThatCannotBeFoundOutIsCalledUnknownAndTheStoreRecovers() throws Exception {
    DomainRecord domain = StoreRecords.domain("web-1");
    DomainRecord next = StoreRecords.domain("web-2");
    Path obstacle = Files.createDirectories(home.resolve("berth.mv.db.compacted/in/the/way"));
    try (H2Store store = open()) {
      faults.failSync(0);

      assertThatThrownBy(() -> store.commit(StoreRecords.put(domain)).join())
          .hasCauseInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("not known")
          .hasMessageContaining("Input/output error");

      for (Path path = obstacle; !path.equals(home); path = path.getParent()) {
        Files.delete(path);
      }
      store.commit(StoreRecords.put(next)).join();
      assertThat(store.contents().domains()).contains(next);
    }
    assertHolds(Set.of(domain, next), 2);
  }

  @Test
  void whateverFailsAcknowledgedCommitsAreThereAndFailedOnesAreNot() {
    Random random = new Random(6);
    Set<DomainRecord> acknowledged = new HashSet<>();
    List<Long> numbers = new ArrayList<>();
    int failures = 0;
    for (int round = 0; round < 12; round++) {
      try (H2Store store = open()) {
        for (int i = 0; i < 10; i++) {
          faults.failSomewhere(random);
          DomainRecord domain = StoreRecords.domain("web-" + round + "-" + i);
          try {
            numbers.add(store.commit(StoreRecords.put(domain)).join().get(0).sequence());
            acknowledged.add(domain);
          } catch (CompletionException e) {
            failures++;
            assertThat(e).hasCauseInstanceOf(StorageFailureException.class);
          }
          faults.clear();
          assertThat(store.contents().domains()).containsExactlyInAnyOrderElementsOf(acknowledged);
        }
      }
    }
    assertThat(failures).isPositive();
    assertThat(numbers).isSorted().doesNotHaveDuplicates();
    assertHolds(acknowledged, numbers.get(numbers.size() - 1));
  }

  private H2Store open() {
    StoreHome faulty = new StoreHome(home, FaultyDisk.SCHEME);
    return H2Store.open(StoreSettings.at(home), faulty, FileLimits.DEFAULT);
  }

  private void assertHolds(Set<DomainRecord> domains, long newest) {
    faults.clear();
    try (H2Store store = open()) {
      assertThat(store.contents().rebuilt()).isEmpty();
      assertThat(store.contents().domains()).containsExactlyInAnyOrderElementsOf(domains);
      assertThat(store.eventRange().newest()).isEqualTo(newest);
    }
  }
}
