package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.StateReason;
import dev.berth.engine.backup.LocalBackupFiles;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.save.LocalDumpFiles;
import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.thread.TimerThread;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.StorageCopy;
import dev.berth.image.ImageFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.Store;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
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

  @TempDir Path directory;

  /** Which host dies. */
  private enum Mortal {
    SOURCE,
    TARGET
  }

  /** What the domain brings along. */
  private enum Luggage {
    NOTHING,
    IMAGES,
    IMAGES_TO_ANOTHER_MACHINE;

    boolean hasImages() {
      return this != NOTHING;
    }

    URI target() {
      return URI.create(this == IMAGES_TO_ANOTHER_MACHINE ? "tls://other.example" : "unix:/other");
    }
  }

  /** Two hosts, each of which can be another process of the same. */
  private static final class Pair implements AutoCloseable {
    private final ManualTime time = new ManualTime();
    private final Path place;
    private final Luggage luggage;
    private final FakeMachines machines;
    private final FakeMachines otherMachines;
    private final AtomicReference<TestHost> target = new AtomicReference<>();
    private MemoryStore store = new MemoryStore();
    private MemoryStore otherStore = new MemoryStore();
    private TestHost source;
    private Mortal mortal = Mortal.SOURCE;
    private boolean isBack;

    Pair(Path place, Luggage luggage) {
      this.place = place;
      this.luggage = luggage;
      machines = new FakeMachines(place.resolve("source"));
      otherMachines = new FakeMachines(place.resolve("target"));
    }

    void define() throws IOException {
      Files.createDirectories(there());
      Files.write(place.resolve("data.raw"), new byte[512]);
      try (TestHost host = new TestHost(store, machines)) {
        host.define("web");
        if (luggage.hasImages()) {
          host.api()
              .attachDisk(
                  WEB,
                  TestHost.document(
                      "{name: data, file: " + place.resolve("data.raw") + ", format: raw}"),
                  EditScope.CONFIG,
                  CallOptions.none());
        }
      }
      MemoryStore defined = store.reopened();
      store.close();
      store = defined;
    }

    /** Where its images go. */
    Path there() {
      return place.resolve("there");
    }

    MigrationRequest request() {
      MigrationRequest request = MigrationRequest.to(luggage.target());
      return luggage.hasImages() ? request.with(StorageCopy.into(there())) : request;
    }

    void open(Mortal which, Mortality mortality) {
      mortal = which;
      switch (mortal) {
        case SOURCE -> {
          openTarget(otherStore, port -> port, new FakeImageFiles());
          openSource(mortality.mortal(store), mortality::mortal);
        }
        case TARGET -> {
          openTarget(
              mortality.mortal(otherStore),
              mortality::mortal,
              mortality.mortal(new FakeImageFiles()));
          openSource(store, port -> port);
        }
      }
    }

    private void openTarget(Store on, UnaryOperator<MachineLauncher> launcher, ImageFiles images) {
      target.set(
          new TestHost(
              on,
              otherMachines,
              TestHost.SETTINGS,
              launcher,
              images,
              TestHost.files(),
              Clock.systemUTC(),
              TimerThread.start(),
              TestHost.BOOT));
    }

    private void openSource(Store on, UnaryOperator<MachineLauncher> launcher) {
      source =
          new TestHost(
              on,
              machines,
              TestHost.SETTINGS,
              launcher,
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
          openSource(store, port -> port);
        }
        case TARGET -> {
          MemoryStore next = otherStore.reopened();
          target.getAndSet(null).close(Duration.ZERO);
          otherStore.close();
          otherStore = next;
          openTarget(otherStore, port -> port, new FakeImageFiles());
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
    whenever(mortal, Luggage.NOTHING);
  }

  @ParameterizedTest
  @EnumSource(Mortal.class)
  void oneHostHasItWithItsImagesWheneverOneOfThemDied(Mortal mortal) throws Exception {
    whenever(mortal, Luggage.IMAGES);
  }

  @ParameterizedTest
  @EnumSource(Mortal.class)
  void oneHostHasItWithImagesOfAnotherMachineWheneverOneOfThemDied(Mortal mortal) throws Exception {
    whenever(mortal, Luggage.IMAGES_TO_ANOTHER_MACHINE);
  }

  private void whenever(Mortal mortal, Luggage luggage) throws Exception {
    int moments = Integer.MAX_VALUE;
    for (int moment = -1; moment < moments; moment++) {
      Mortality mortality = new Mortality(moment);
      try (Pair pair = new Pair(directory.resolve("m" + moment), luggage)) {
        pair.define();
        pair.open(mortal, mortality);
        String death = dieAndReturn(pair, mortality);
        TestHost owner = assertOneHasIt(pair, mortality, mortal + " died " + death);
        if (moment == -1) {
          moments = mortality.moments().size(); // before those of a start
          assertThat(moments).as("moments").isGreaterThan(3);
          assertThat(owner).as("who has it when nobody dies").isSameAs(pair.target.get());
        }
        owner.start("web");
      }
    }
  }

  private static String dieAndReturn(Pair pair, Mortality mortality) throws Exception {
    CompletableFuture<String> call =
        TestHost.async(
            () -> {
              migrate(pair);
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

  private static void migrate(Pair pair) {
    try {
      pair.source
          .api()
          .migrations()
          .migrateOffline(
              WEB, pair.request(), JobOptions.none(), CallOptions.within(TestHost.PATIENCE));
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
          boolean hasCome = there == 1 && pair.luggage.hasImages();
          assertThat(pair.there().toFile().list())
              .as("images there, " + when)
              .containsExactly(hasCome ? new String[] {"data.raw"} : new String[0]);
          assertThat(pair.machines.living()).as("QEMUs at the source, " + when).isEmpty();
          assertThat(pair.otherMachines.living()).as("QEMUs there, " + when).isEmpty();
        });
    return pair.source.api().list().isEmpty() ? pair.target.get() : pair.source;
  }
}
