package dev.berth.storage;

import dev.berth.store.Store;
import dev.berth.store.testing.StoreContract;
import dev.berth.store.testing.StoreRecords;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import org.junit.jupiter.api.io.TempDir;

class H2StoreTest extends StoreContract {
  @TempDir Path home;

  @Override
  protected Store openEmpty() {
    return H2Store.open(settings());
  }

  @Override
  protected Store reopen(Store open) {
    open.close();
    return H2Store.open(settings());
  }

  private StoreSettings settings() {
    return StoreSettings.at(home).withClock(Clock.fixed(StoreRecords.SINCE, ZoneOffset.UTC));
  }
}
