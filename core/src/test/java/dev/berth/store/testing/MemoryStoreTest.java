package dev.berth.store.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.StorageFailureException;
import dev.berth.store.Store;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreContract {

  @Override
  protected Store openEmpty() {
    return new MemoryStore();
  }

  @Override
  protected Store reopen(Store open) {
    open.close();
    return ((MemoryStore) open).reopened();
  }

  @Test
  void oneCommitFailsWhenToldToAndChangesNothing() {
    MemoryStore memory = (MemoryStore) store;
    memory.failNext(new StorageFailureException("disk full"));

    assertThatThrownBy(() -> commit(StoreRecords.put(StoreRecords.domain("web-1"))))
        .hasMessage("disk full");
    commit(StoreRecords.put(StoreRecords.domain("web-1")));

    assertThat(memory.contents().domains()).hasSize(1);
  }

  @Test
  void heldCommitsHappenWhenReleased() {
    MemoryStore memory = (MemoryStore) store;
    memory.hold();
    var outcome = memory.commit(StoreRecords.put(StoreRecords.domain("web-1")));
    assertThat(memory.contents().domains()).isEmpty();
    assertThat(outcome).isNotDone();

    memory.release();

    await(outcome);
    assertThat(memory.contents().domains()).hasSize(1);
  }
}
