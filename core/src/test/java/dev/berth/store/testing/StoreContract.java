package dev.berth.store.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainEvent;
import dev.berth.domain.EventRange;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.NotFoundException;
import dev.berth.error.StorageFailureException;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.PoolName;
import dev.berth.store.Change;
import dev.berth.store.Commit;
import dev.berth.store.DomainRecord;
import dev.berth.store.Intent;
import dev.berth.store.PolicyState;
import dev.berth.store.Store;
import dev.berth.store.StoreContents;
import dev.berth.store.StoredBackup;
import dev.berth.store.StoredImage;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredPool;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Store} does. An implementation's test extends it. */
public abstract class StoreContract {
  private static final long DEADLINE_SECONDS = 60;

  /** The store under test; {@link #restart()} replaces it. */
  protected Store store;

  /** An empty store. */
  protected abstract Store openEmpty();

  /** Closes a store and opens it again with what it has acknowledged. */
  protected abstract Store reopen(Store open);

  /** Opens the store. */
  @BeforeEach
  protected final void openStore() {
    store = openEmpty();
  }

  /** Closes the store. */
  @AfterEach
  protected final void closeStore() {
    store.close();
  }

  /** Closes the store and opens it again. */
  protected final void restart() {
    store = reopen(store);
  }

  /** Commits and waits for the acknowledgement. */
  protected final List<DomainEvent> commit(Commit commit) {
    return await(store.commit(commit));
  }

  /** Waits for an acknowledgement; a failure is thrown as it is. */
  protected static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError("commit failed", e);
    } catch (Exception e) {
      throw new AssertionError("no answer to a commit", e);
    }
  }

  @Test
  void anEmptyStoreHasNothing() {
    StoreContents contents = store.contents();

    assertThat(contents.domains()).isEmpty();
    assertThat(contents.launches()).isEmpty();
    assertThat(contents.intents()).isEmpty();
    assertThat(contents.rebuilt()).isEmpty();
    assertThat(store.eventRange()).isEqualTo(new EventRange(0, 0));
    assertThat(store.eventsAfter(0, 10)).isEmpty();
  }

  @Test
  void whatWasAcknowledgedIsThereAfterReopening() {
    DomainRecord domain = StoreRecords.domain("web-1");
    commit(StoreRecords.put(domain));
    commit(
        StoreRecords.changes(
            new Change.PutLaunch(StoreRecords.launch(domain.uuid())),
            new Change.PutIntent(StoreRecords.intent(domain.uuid())),
            new Change.PutPolicyState(StoreRecords.policyState(domain.uuid()))));

    restart();

    StoreContents contents = store.contents();
    assertThat(contents.domains()).containsExactly(domain);
    assertThat(contents.launches()).containsExactly(StoreRecords.launch(domain.uuid()));
    assertThat(contents.intents()).containsExactly(StoreRecords.intent(domain.uuid()));
    assertThat(contents.policyStates()).containsExactly(StoreRecords.policyState(domain.uuid()));
    assertThat(contents.rebuilt()).isEmpty();
  }

  @Test
  void puttingReplacesByIdentity() {
    DomainRecord first = StoreRecords.domain("web-1");
    DomainRecord second = StoreRecords.domain(first.uuid(), "web-2", 2);
    Intent stop = new Intent(first.uuid(), "destroy", "{}", "uid:0(root)", Instant.EPOCH);
    commit(StoreRecords.put(first));
    commit(StoreRecords.changes(new Change.PutIntent(StoreRecords.intent(first.uuid()))));

    commit(StoreRecords.put(second));
    commit(StoreRecords.changes(new Change.PutIntent(stop)));

    restart();
    assertThat(store.contents().domains()).containsExactly(second);
    assertThat(store.contents().intents()).containsExactly(stop);
  }

  @Test
  void aRemovedDomainTakesItsLaunchRecordAndIntentAlong() {
    DomainRecord domain = StoreRecords.domain("web-1");
    commit(
        StoreRecords.changes(
            new Change.PutDomain(domain),
            new Change.PutLaunch(StoreRecords.launch(domain.uuid())),
            new Change.PutIntent(StoreRecords.intent(domain.uuid())),
            new Change.PutPolicyState(StoreRecords.policyState(domain.uuid()))));

    commit(StoreRecords.changes(new Change.RemoveDomain(domain.uuid())));

    restart();
    assertThat(store.contents().domains()).isEmpty();
    assertThat(store.contents().launches()).isEmpty();
    assertThat(store.contents().intents()).isEmpty();
    assertThat(store.contents().policyStates()).isEmpty();
  }

  @Test
  void aPolicyStateIsReplaced() {
    DomainRecord domain = StoreRecords.domain("web-1");
    PolicyState state = StoreRecords.policyState(domain.uuid());
    commit(StoreRecords.put(domain));
    commit(StoreRecords.changes(new Change.PutPolicyState(state)));

    commit(StoreRecords.changes(new Change.PutPolicyState(state.notDue(4))));

    restart();
    assertThat(store.contents().policyStates()).containsExactly(state.notDue(4));
  }

  @Test
  void jobsAreKeptReplacedForgottenAndGoWithTheirDomain() {
    DomainRecord web = StoreRecords.domain("web-1");
    DomainRecord db = StoreRecords.domain("db-1");
    commit(StoreRecords.put(web));
    commit(StoreRecords.put(db));
    StoredJob ended = new StoredJob("b1", web.uuid(), "{\"state\":\"succeeded\"}");
    commit(
        StoreRecords.changes(
            new Change.PutJob(StoreRecords.job(web.uuid(), "a1")),
            new Change.PutJob(StoreRecords.job(web.uuid(), "b1")),
            new Change.PutJob(StoreRecords.job(db.uuid(), "c1"))));
    commit(
        StoreRecords.changes(
            new Change.RemoveJob(Optional.of(web.uuid()), "a1"),
            new Change.RemoveJob(Optional.of(web.uuid()), "z1"),
            new Change.PutJob(ended)));

    restart();
    assertThat(store.contents().jobs()).containsExactly(ended, StoreRecords.job(db.uuid(), "c1"));
    commit(StoreRecords.changes(new Change.RemoveDomain(db.uuid())));

    restart();
    assertThat(store.contents().jobs()).containsExactly(ended);
    assertThatThrownBy(
            () ->
                commit(StoreRecords.changes(new Change.PutJob(StoreRecords.job(db.uuid(), "d1")))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aJobStaysOfTheDomainThatItIsOf() {
    DomainRecord web = StoreRecords.domain("web-1");
    DomainRecord db = StoreRecords.domain("db-1");
    StoredJob ofImages = new StoredJob("b1", Optional.empty(), "{}");
    commit(StoreRecords.put(web));
    commit(StoreRecords.put(db));
    commit(
        StoreRecords.changes(
            new Change.PutJob(StoreRecords.job(web.uuid(), "a1")), new Change.PutJob(ofImages)));

    for (StoredJob taken :
        List.of(
            StoreRecords.job(db.uuid(), "a1"),
            StoreRecords.job(db.uuid(), "b1"),
            new StoredJob("a1", Optional.empty(), "{}"))) {
      assertThatThrownBy(() -> commit(StoreRecords.changes(new Change.PutJob(taken))))
          .isInstanceOf(AlreadyExistsException.class);
    }

    restart();
    assertThat(store.contents().jobs())
        .containsExactlyInAnyOrder(StoreRecords.job(web.uuid(), "a1"), ofImages);
  }

  @Test
  void poolsImagesAndTheirJobsAreKeptAndForgotten() {
    StoredPool fast = new StoredPool(new PoolName("fast"), Path.of("/srv/fast"));
    StoredPool slow = new StoredPool(new PoolName("slow"), Path.of("/srv/slow"));
    StoredImage disk = new StoredImage(ImageName.of("fast/disk.qcow2"), ImageFormat.QCOW2);
    StoredImage raw = new StoredImage(ImageName.of("fast/disk"), ImageFormat.RAW);
    StoredJob job = new StoredJob("a1", Optional.empty(), "{}");
    commit(
        StoreRecords.changes(
            new Change.PutPool(fast),
            new Change.PutPool(slow),
            new Change.PutImage(disk),
            new Change.PutImage(raw),
            new Change.PutJob(job)));
    commit(StoreRecords.changes(new Change.RemoveImage(raw.name())));

    restart();
    assertThat(store.contents().pools()).containsExactly(fast, slow);
    assertThat(store.contents().images()).containsExactly(disk);
    assertThat(store.contents().jobs()).containsExactly(job);
    commit(
        StoreRecords.changes(
            new Change.RemovePool(fast.name()), new Change.RemoveJob(Optional.empty(), "a1")));

    restart();
    assertThat(store.contents().pools()).containsExactly(slow);
    assertThat(store.contents().images()).isEmpty();
    assertThat(store.contents().jobs()).isEmpty();
    assertThatThrownBy(() -> commit(StoreRecords.changes(new Change.PutImage(disk))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void backupsAreKeptAlsoWithoutTheirDomainsAndForgotten() {
    DomainRecord domain = StoreRecords.domain("web-1");
    StoredBackup first = new StoredBackup(Path.of("/srv/first"), domain.uuid(), "{}");
    StoredBackup second = new StoredBackup(Path.of("/srv/second"), domain.uuid(), "{}");
    StoredBackup verified = new StoredBackup(Path.of("/srv/first"), domain.uuid(), "{\"a\":1}");
    commit(
        StoreRecords.changes(
            new Change.PutDomain(domain),
            new Change.PutBackup(second),
            new Change.PutBackup(first)));
    commit(StoreRecords.changes(new Change.PutBackup(verified)));

    restart();
    assertThat(store.contents().backups()).containsExactly(verified, second);
    commit(
        StoreRecords.changes(
            new Change.RemoveDomain(domain.uuid()), new Change.RemoveBackup(second.folder())));

    restart();
    assertThat(store.contents().backups()).containsExactly(verified);
  }

  @Test
  void removingWhatIsNotThereIsNoError() {
    UUID nobody = UUID.randomUUID();

    commit(
        StoreRecords.changes(
            new Change.RemoveDomain(nobody),
            new Change.RemoveLaunch(nobody),
            new Change.RemoveIntent(nobody),
            new Change.RemoveBackup(Path.of("/srv/none"))));

    assertThat(store.contents().domains()).isEmpty();
  }

  @Test
  void launchRecordsAndIntentsAreRemovedAlone() {
    DomainRecord domain = StoreRecords.domain("web-1");
    commit(
        StoreRecords.changes(
            new Change.PutDomain(domain),
            new Change.PutLaunch(StoreRecords.launch(domain.uuid())),
            new Change.PutIntent(StoreRecords.intent(domain.uuid()))));

    commit(StoreRecords.changes(new Change.RemoveIntent(domain.uuid())));
    assertThat(store.contents().intents()).isEmpty();
    assertThat(store.contents().launches()).hasSize(1);

    commit(StoreRecords.changes(new Change.RemoveLaunch(domain.uuid())));
    assertThat(store.contents().launches()).isEmpty();
    assertThat(store.contents().domains()).containsExactly(domain);
  }

  @Test
  void aNameOfAnotherDomainIsRefusedAndNothingOfTheCommitHappens() {
    DomainRecord first = StoreRecords.domain("web-1");
    DomainRecord unrelated = StoreRecords.domain("db-1");
    DomainRecord thief = StoreRecords.domain("web-1");
    commit(StoreRecords.put(first));

    assertThatThrownBy(
            () ->
                commit(
                    new Commit(
                        List.of(new Change.PutDomain(unrelated), new Change.PutDomain(thief)),
                        List.of(StoreRecords.event(thief, "never")))))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("web-1")
        .hasMessageContaining(first.uuid().toString());

    assertThat(store.contents().domains()).containsExactly(first);
    assertThat(store.eventRange()).isEqualTo(new EventRange(1, 1));
  }

  @Test
  void aRefusedCommitDoesNotHarmItsNeighbours() {
    DomainRecord first = StoreRecords.domain("web-0");
    commit(StoreRecords.put(first));
    List<CompletableFuture<List<DomainEvent>>> good = new ArrayList<>();
    List<CompletableFuture<List<DomainEvent>>> bad = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      good.add(store.commit(StoreRecords.put(StoreRecords.domain("web-" + i))));
      bad.add(store.commit(StoreRecords.put(StoreRecords.domain("web-0"))));
    }

    for (var outcome : bad) {
      assertThatThrownBy(() -> await(outcome)).isInstanceOf(AlreadyExistsException.class);
    }
    List<Long> numbers = new ArrayList<>();
    for (var outcome : good) {
      numbers.add(await(outcome).get(0).sequence());
    }

    assertThat(numbers).isSorted().doesNotHaveDuplicates().startsWith(2L).endsWith(51L);
    restart();
    assertThat(store.contents().domains()).hasSize(51);
  }

  @Test
  void aLaunchRecordOrIntentOfNoDomainIsRefused() {
    UUID nobody = UUID.randomUUID();

    assertThatThrownBy(
            () -> commit(StoreRecords.changes(new Change.PutLaunch(StoreRecords.launch(nobody)))))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(nobody.toString());
    assertThatThrownBy(
            () -> commit(StoreRecords.changes(new Change.PutIntent(StoreRecords.intent(nobody)))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void eventsComeBackAsTheyWereWithNumbersInOrder() {
    DomainRecord domain = StoreRecords.domain("web-1");
    DomainEvent ofHost =
        new DomainEvent(
            0,
            StoreRecords.SINCE,
            Optional.empty(),
            Optional.empty(),
            EventTypes.HOST_STARTED,
            "host",
            Map.of());

    List<DomainEvent> acknowledged =
        commit(
            new Commit(
                List.of(new Change.PutDomain(domain)),
                List.of(ofHost, StoreRecords.event(domain, "one"))));

    assertThat(acknowledged)
        .containsExactly(ofHost.numbered(1), StoreRecords.event(domain, "one").numbered(2));
    restart();
    assertThat(store.eventsAfter(0, 10)).isEqualTo(acknowledged);
    assertThat(store.eventsAfter(1, 10)).isEqualTo(acknowledged.subList(1, 2));
    assertThat(store.eventsAfter(0, 1)).isEqualTo(acknowledged.subList(0, 1));
    assertThat(store.eventsAfter(2, 10)).isEmpty();
    assertThat(store.eventsAfter(0, 0)).isEmpty();
    assertThat(store.eventRange()).isEqualTo(new EventRange(1, 2));
  }

  @Test
  void eventNumbersGoOnAfterReopening() {
    DomainRecord domain = StoreRecords.domain("web-1");
    commit(StoreRecords.put(domain));

    restart();

    assertThat(commit(StoreRecords.put(domain)).get(0).sequence()).isEqualTo(2);
  }

  @Test
  void anEmptyCommitIsAcknowledged() {
    assertThat(commit(new Commit(List.of(), List.of()))).isEmpty();
  }

  @Test
  void commitsInFlightAreAcknowledgedByClose() {
    List<CompletableFuture<List<DomainEvent>>> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(store.commit(StoreRecords.put(StoreRecords.domain("web-" + i))));
    }

    restart();

    outcomes.forEach(StoreContract::await);
    assertThat(store.contents().domains()).hasSize(100);
  }

  @Test
  void aClosedStoreRefusesEverything() {
    store.close();
    store.close();

    assertThatThrownBy(() -> commit(StoreRecords.put(StoreRecords.domain("web-1"))))
        .isInstanceOf(StorageFailureException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> store.contents()).isInstanceOf(StorageFailureException.class);
    assertThatThrownBy(() -> store.eventsAfter(0, 1)).isInstanceOf(StorageFailureException.class);
  }
}
