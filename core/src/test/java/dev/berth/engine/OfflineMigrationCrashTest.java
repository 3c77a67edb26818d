package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.StateReason;
import dev.berth.engine.Peers.Peer;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.VmHost;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.Store;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host dies at each moment of a domain's going from one to the other: never can both start it,
 * and in the end one has it, which can.
 */
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class OfflineMigrationCrashTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final URI OTHER = URI.create("unix:/other");

  @TempDir Path directory;

  /** Which host dies. */
  private enum Mortal {
    SOURCE,
    TARGET
  }

  /** Two hosts, each of which can be another process of the same. */
  private static final class Pair implements AutoCloseable {
    private final ManualTime time = new ManualTime();
    private final FakeMachines machines;
    private final FakeMachines otherMachines;
    private final AtomicReference<TestHost> target = new AtomicReference<>();
    private MemoryStore store = new MemoryStore();
    private MemoryStore otherStore = new MemoryStore();
    private TestHost source;
    private Mortal mortal = Mortal.SOURCE;
    private boolean isBack;

    Pair(Path place) {
      machines = new FakeMachines(place.resolve("source"));
      otherMachines = new FakeMachines(place.resolve("target"));
    }

    void define() {
      try (TestHost host = new TestHost(store, machines)) {
        host.define("web");
      }
      MemoryStore defined = store.reopened();
      store.close();
      store = defined;
    }

    void open(Mortal which, Mortality mortality) {
      mortal = which;
      target.set(
          new TestHost(
              mortal == Mortal.TARGET ? mortality.mortal(otherStore) : otherStore, otherMachines));
      openSource(mortal == Mortal.SOURCE ? mortality.mortal(store) : store);
    }

    private void openSource(Store on) {
      source =
          new TestHost(
              on,
              machines,
              TestHost.SETTINGS,
              port -> port,
              new JobFiles(
                  new LocalDumpFiles(),
                  new LocalBackupFiles(),
                  new FakeServedDisks(),
                  new LocalSaveFiles(),
                  address -> peer()),
              time,
              time,
              TestHost.BOOT);
    }

    private Peer peer() {
      return new Peer() {
        @Override
        public TargetHost target() {
          TestHost there = target.get();
          if (there == null) {
            throw new HostUnreachableException("It has died.");
          }
          return ((TakesMachines) there.api()).targetHost();
        }

        @Override
        public StreamAddress reach(StreamAddress named) {
          return named;
        }

        @Override
        public void close() {}
      };
    }

    /** Another process of the host that has died, if it has and is not there yet. */
    void comeBackFrom(Mortality mortality) {
      if (isBack || !mortality.death().isDone()) {
        return;
      }
      isBack = true;
      switch (mortal) {
        case SOURCE -> {
          MemoryStore next = store.reopened();
          source.close(Duration.ZERO);
          store.close();
          store = next;
          openSource(store);
        }
        case TARGET -> {
          MemoryStore next = otherStore.reopened();
          target.getAndSet(null).close(Duration.ZERO);
          otherStore.close();
          otherStore = next;
          target.set(new TestHost(otherStore, otherMachines));
        }
      }
    }

    @Override
    public void close() {
      source.close();
      target.get().close();
      machines.close();
      otherMachines.close();
      store.close();
      otherStore.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Mortal.class)
  void oneHostHasItWheneverOneOfThemDied(Mortal mortal) throws Exception {
    int moments = Integer.MAX_VALUE;
    for (int moment = -1; moment < moments; moment++) {
      Mortality mortality = new Mortality(moment);
      try (Pair pair = new Pair(directory.resolve("m" + moment))) {
        pair.define();
        pair.open(mortal, mortality);
        String death = dieAndReturn(pair, mortality);
        TestHost owner = assertOneHasIt(pair, mortality, mortal + " died " + death);
        if (moment == -1) {
          moments = mortality.moments().size(); // before those of a start
          assertThat(moments).as("moments").isGreaterThan(3);
        }
        owner.start("web");
      }
    }
  }

  private static String dieAndReturn(Pair pair, Mortality mortality) throws Exception {
    CompletableFuture<String> call =
        TestHost.async(
            () -> {
              migrate(pair.source.api());
              return "after it was done";
            });
    String death =
        CompletableFuture.anyOf(mortality.death(), ended(pair, call))
            .get(60, TimeUnit.SECONDS)
            .toString();
    assertNotBoth(pair);
    pair.comeBackFrom(mortality);
    return death;
  }

  /** Completes when the migration has come to its end, or was refused. */
  private static CompletableFuture<String> ended(Pair pair, CompletableFuture<String> call) {
    TestHost source = pair.source;
    return call.thenCompose(
        begun ->
            TestHost.async(
                () -> {
                  for (var job : source.api().jobs()) {
                    source.api().awaitJob(job.id(), TestHost.PATIENCE);
                  }
                  return begun;
                }));
  }

  private static void migrate(VmHost host) {
    try {
      host.migrations()
          .migrateOffline(WEB, OTHER, JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
    } catch (BerthException refused) {
      assertThat(refused.getMessage()).isNotNull();
    }
  }

  /** What neither process knows of now is on record: so it is asked of the stores. */
  private static void assertNotBoth(Pair pair) {
    List<Boolean> free =
        Stream.of(pair.store, pair.otherStore)
            .map(
                store ->
                    store.contents().domains().stream()
                            .anyMatch(it -> it.status().reason() != StateReason.MIGRATED)
                        && store.contents().jobs().stream()
                            .noneMatch(job -> job.document().contains("\"state\":\"running\"")))
            .toList();
    assertThat(free).as("which host can start it").isNotEqualTo(List.of(true, true));
  }

  private static TestHost assertOneHasIt(Pair pair, Mortality mortality, String when) {
    eventually(
        () -> {
          pair.comeBackFrom(mortality); // it may have died when all was done that is waited for
          pair.time.pass(Duration.ofSeconds(1));
          int here = pair.source.api().list().size();
          int there = pair.target.get().api().list().size();
          assertThat(here + there).as("hosts that have it, " + when).isEqualTo(1);
          TestHost owner = here == 1 ? pair.source : pair.target.get();
          assertThat(owner.api().jobs()).as(when).allMatch(job -> job.status().state().isEnded());
        });
    return pair.source.api().list().isEmpty() ? pair.target.get() : pair.source;
  }
}
