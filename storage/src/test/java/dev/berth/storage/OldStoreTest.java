package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import dev.berth.store.StoreContents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that an earlier version has written, {@code version-1.sql}: a host with one domain and
 * its machine.
 */
final class OldStoreTest {
  private static final UUID WEB = UUID.fromString("2a7f889c-cb0d-4542-9010-7d2e3c06afeb");

  @TempDir Path home;

  @BeforeEach
  void writeTheOldStore() throws Exception {
    Path script = home.resolve("version-1.sql");
    try (var fixture = OldStoreTest.class.getResourceAsStream("version-1.sql")) {
      Files.copy(fixture, script);
    }
    try (var connection =
            DriverManager.getConnection("jdbc:h2:" + StoreHome.of(home).databaseName(), "sa", "");
        var statement = connection.createStatement()) {
      statement.execute("RUNSCRIPT FROM '" + script + "'");
    }
  }

  @Test
  void domainsAndMachinesOfTheVersionBeforeAreThere() {
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      assertOld(store.contents());
      assertThat(store.eventRange().newest()).isEqualTo(4);
      assertThat(store.eventsAfter(0, 10)).hasSize(4);
    }
  }

  @Test
  void anOldStoreTakesWhatIsNew() throws Exception {
    PolicyState state = new PolicyState(WEB, "boot", 1, Optional.empty());
    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      store
          .commit(new Commit(List.of(new Change.PutPolicyState(state)), List.of()))
          .get(60, TimeUnit.SECONDS);
    }

    try (H2Store store = H2Store.open(StoreSettings.at(home))) {
      assertOld(store.contents());
      assertThat(store.contents().policyStates()).containsExactly(state);
      assertThat(store.contents().rebuilt()).isEmpty();
    }
  }

  private static void assertOld(StoreContents contents) {
    assertThat(contents.domains()).hasSize(1);
    DomainRecord web = contents.domains().get(0);
    assertThat(web.uuid()).isEqualTo(WEB);
    assertThat(web.name().text()).isEqualTo("web-1");
    assertThat(web.status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(web.status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(contents.launches()).hasSize(1);
    LaunchRecord launch = new LaunchRecordCodec().read(contents.launches().get(0).document());
    assertThat(launch.subject().domain()).isEqualTo(WEB);
    assertThat(launch.incarnation()).isEqualTo(contents.launches().get(0).incarnation());
    assertThat(contents.intents()).isEmpty();
  }
}
