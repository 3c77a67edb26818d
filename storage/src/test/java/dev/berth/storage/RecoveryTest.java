package dev.berth.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.error.StorageFailureException;
import dev.berth.store.Change;
import dev.berth.store.DomainRecord;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.store.testing.StoreRecords;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found on disk, and what an opening makes of it. */
@ExtendWith(LeakCheck.class)
class RecoveryTest {
  @TempDir Path home;

  private final DomainRecord web = StoreRecords.domain("web-1");
  private final DomainRecord db = StoreRecords.domain("db-1");
  private UUID hostId;
  private StoreHome files;

  @BeforeEach
  void makeAStoreOfTwoDomains() {
    files = StoreHome.of(home);
    try (H2Store store = open()) {
      hostId = store.hostId();
      store.commit(StoreRecords.put(web)).join();
      store.commit(StoreRecords.put(db)).join();
      store
          .commit(
              StoreRecords.changes(
                  new Change.PutLaunch(StoreRecords.launch(web.uuid())),
                  new Change.PutIntent(StoreRecords.intent(web.uuid()))))
          .join();
    }
  }

  @Test
  void randomBytesInTheDatabasesPlaceAreSetAsideAndItIsRebuilt() throws IOException {
    byte[] garbage = new byte[50_000];
    new Random(4).nextBytes(garbage);
    Files.write(files.databaseFile(), garbage);

    try (H2Store store = open()) {
      assertRebuilt(store, "could not be read", "berth.mv.db.damaged-");
    }
    assertThat(damagedFiles()).hasSize(1);
    assertThat(damagedFiles().get(0)).hasBinaryContent(garbage);
    assertWhole();
  }

  @Test
  void aMissingDatabaseIsRebuilt() throws IOException {
    Files.delete(files.databaseFile());

    try (H2Store store = open()) {
      assertRebuilt(store, "was missing or empty");
    }
    assertWhole();
  }

  @Test
  void anEmptyDatabaseFileIsRebuilt() throws IOException {
    Files.write(files.databaseFile(), new byte[0]);

    try (H2Store store = open()) {
      assertRebuilt(store, "was missing or empty");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096, 8192, 12_288, 20_000, 30_000})
  void aTruncatedDatabaseLosesNoDomain(int length) throws IOException {
    byte[] whole = Files.readAllBytes(files.databaseFile());
    Files.write(files.databaseFile(), Arrays.copyOf(whole, length));

    try (H2Store store = open()) {
      assertDomains(store);
    }
    assertWhole();
  }

  @Test
  void overwrittenBytesLoseNoDomain() throws IOException {
    byte[] whole = Files.readAllBytes(files.databaseFile());
    Random random = new Random(5);
    for (int round = 0; round < 20; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 1 + random.nextInt(5); i++) {
        int at = random.nextInt(damaged.length - 64);
        for (int j = 0; j < 64; j++) {
          damaged[at + j] = (byte) random.nextInt();
        }
      }
      Files.write(files.databaseFile(), damaged);

      try (H2Store store = open()) {
        assertDomains(store);
        store.commit(StoreRecords.put(web)).join();
      }
    }
  }

  @Test
  void eventNumbersJumpAfterARebuildAndAgainAfterTheNext() throws IOException {
    long before = 2;
    for (int round = 0; round < 2; round++) {
      Files.delete(files.databaseFile());
      try (H2Store store = open()) {
        assertThat(store.eventRange().newest()).isGreaterThan(before);
        List<DomainEvent> events = store.commit(StoreRecords.put(web)).join();
        assertThat(events.get(0).sequence()).isGreaterThan(before + Meta.SEQUENCE_GAP / 2);
        before = events.get(0).sequence();
      }
    }
  }

  @Test
  void aDatabaseOlderThanACopyIsRepairedFromIt() throws IOException {
    Path older = home.resolve("older");
    Files.copy(files.databaseFile(), older);
    DomainRecord changed = StoreRecords.domain(web.uuid(), "web-1", 2);
    DomainRecord added = StoreRecords.domain("new-1");
    try (H2Store store = open()) {
      store.commit(StoreRecords.put(changed)).join();
      store.commit(StoreRecords.changes(new Change.RemoveIntent(web.uuid()))).join();
      store.commit(StoreRecords.put(added)).join();
    }
    Files.move(older, files.databaseFile(), StandardCopyOption.REPLACE_EXISTING);

    try (H2Store store = open()) {
      StoreContents contents = store.contents();
      assertThat(contents.domains()).containsExactlyInAnyOrder(db, changed, added);
      assertThat(contents.intents()).isEmpty();
      assertThat(contents.launches()).containsExactly(StoreRecords.launch(web.uuid()));
      assertThat(contents.rebuilt().orElseThrow()).contains("'web-1'", "'new-1'", "lost commits");
      assertThat(store.eventRange().newest()).isGreaterThan(Meta.SEQUENCE_GAP);
    }
  }

  @Test
  void anUndefinedDomainStaysUndefinedAfterARebuild() throws IOException {
    try (H2Store store = open()) {
      store.commit(StoreRecords.put(StoreRecords.domain(web.uuid(), "web-1", 2))).join();
      store.commit(StoreRecords.changes(new Change.RemoveDomain(web.uuid()))).join();
      // Removed before the acknowledgement, not some time after it.
      assertThat(copyOf(web)).doesNotExist();
    }
    Files.delete(files.databaseFile());

    try (H2Store store = open()) {
      assertThat(store.contents().domains()).containsExactly(db);
    }
  }

  @Test
  void aCopyWhoseRemovalWasLostGoesAtTheNextOpening() throws IOException {
    byte[] copy = Files.readAllBytes(copyOf(web));
    try (H2Store store = open()) {
      store.commit(StoreRecords.changes(new Change.RemoveDomain(web.uuid()))).join();
    }
    Files.write(copyOf(web), copy);

    try (H2Store store = open()) {
      assertThat(store.contents().domains()).containsExactly(db);
      assertThat(store.contents().rebuilt()).isEmpty();
      assertThat(copyOf(web)).doesNotExist();
    }
  }

  @Test
  void copiesThatAreMissingOrDamagedAreWrittenAgain() throws IOException {
    Files.delete(copyOf(web));
    Files.writeString(copyOf(db), "{");

    open().close();

    assertThat(Files.readString(copyOf(web))).contains("\"web-1\"");
    assertThat(Files.readString(copyOf(db))).contains("\"db-1\"");
  }

  @Test
  void copiesOfGarbageAreIgnoredAndNamed() throws IOException {
    String flipped = Files.readString(copyOf(web)).replace("web-1", "web-2");
    Files.writeString(copyOf(web), flipped);
    Files.writeString(files.recovery().resolve(UUID.randomUUID() + ".json"), "\u0000\u0001");
    Files.delete(files.databaseFile());

    try (H2Store store = open()) {
      assertThat(store.contents().domains()).containsExactly(db);
      assertThat(store.contents().rebuilt().orElseThrow())
          .contains(web.uuid() + ".json: its checksum is wrong", "it is not JSON");
    }
  }

  @Test
  void copiesOfAnotherHostAreIgnored() throws IOException {
    Path elsewhere = home.resolve("elsewhere");
    try (H2Store other = H2Store.open(StoreSettings.at(elsewhere))) {
      other.commit(StoreRecords.put(StoreRecords.domain("stranger"))).join();
    }
    try (var copies = Files.list(StoreHome.of(elsewhere).recovery())) {
      for (Path copy : copies.filter(file -> !file.endsWith("host.json")).toList()) {
        Files.copy(copy, files.recovery().resolve(copy.getFileName()));
      }
    }

    assertWhole();
  }

  @Test
  void twoCopiesOfOneNameAreBothKept() throws IOException {
    DomainRecord older = StoreRecords.domain("contested");
    RecoveryCopy copy =
        new RecoveryCopy(
            hostId, 1, 1, older, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    Files.write(copyOf(older), CopyFormat.encode(copy));
    DomainRecord newer = StoreRecords.domain("contested");
    Files.write(
        copyOf(newer),
        CopyFormat.encode(
            new RecoveryCopy(
                hostId, 9, 1, newer, copy.launch(), copy.intent(), copy.policyState(), List.of())));
    Files.delete(files.databaseFile());

    try (H2Store store = open()) {
      String renamed = "contested-" + older.uuid().toString().substring(0, 8);
      assertThat(store.contents().domains())
          .extracting(domain -> domain.name().text())
          .containsExactlyInAnyOrder("web-1", "db-1", "contested", renamed);
      assertThat(store.contents().rebuilt().orElseThrow()).contains(renamed);
    }
  }

  @Test
  void aStoreOfANewerVersionIsRefusedUntouched() throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:h2:" + files.databaseName(), "sa", "");
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO schema_history VALUES (7, 'V007__later.sql', 'x', CURRENT_TIMESTAMP)");
    }
    byte[] before = Files.readAllBytes(files.databaseFile());
    byte[] copyBefore = Files.readAllBytes(copyOf(web));

    assertThatThrownBy(this::open)
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining("schema version 7")
        .hasMessageContaining("knows " + Migrations.newest() + " at most");

    assertThat(files.databaseFile()).hasBinaryContent(before);
    assertThat(copyOf(web)).hasBinaryContent(copyBefore);
    assertThat(damagedFiles()).isEmpty();
  }

  @Test
  void aDatabaseInUseByAnotherProgramIsNotCalledDamaged() throws Exception {
    try (Connection connection =
        DriverManager.getConnection(
            "jdbc:h2:" + files.databaseName() + ";FILE_LOCK=FS", "sa", "")) {
      assertThat(connection.isValid(1)).isTrue();
      try (ChildJvm other = ChildJvm.start(StoreHolder.class, home.toString())) {
        assertThat(other.line()).startsWith("BusyException").contains("another program");
      }
    }
    assertThat(damagedFiles()).isEmpty();
    assertWhole();
  }

  private H2Store open() {
    return H2Store.open(StoreSettings.at(home));
  }

  private Path copyOf(DomainRecord domain) {
    return new CopyDirectory(files.recovery()).file(domain.uuid());
  }

  private List<Path> damagedFiles() throws IOException {
    try (var all = Files.list(home)) {
      return all.filter(file -> file.getFileName().toString().contains(".damaged-")).toList();
    }
  }

  private void assertRebuilt(H2Store store, String... words) {
    assertDomains(store);
    assertThat(store.contents().rebuilt().orElseThrow())
        .contains(words)
        .contains("2 domains", "All events before number");
    assertThat(store.hostId()).isEqualTo(hostId);
    assertThat(store.eventRange().oldest()).isZero();
    assertThat(store.eventRange().newest()).isGreaterThan(Meta.SEQUENCE_GAP / 2);
  }

  private void assertDomains(Store store) {
    StoreContents contents = store.contents();
    assertThat(contents.domains()).containsExactlyInAnyOrder(db, web);
    assertThat(contents.launches()).containsExactly(StoreRecords.launch(web.uuid()));
    assertThat(contents.intents()).containsExactly(StoreRecords.intent(web.uuid()));
  }

  /** The next opening finds everything in order. */
  private void assertWhole() {
    try (H2Store store = open()) {
      assertDomains(store);
      assertThat(store.contents().rebuilt()).isEmpty();
    }
  }
}
