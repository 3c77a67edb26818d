package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.StateReason;
import dev.berth.engine.thread.TimerThread;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.machine.Relaunch;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A host dies at each moment of what it does with a managed save: the next one finds the guest in
 * the file or in a machine, never in both and never in neither, and nothing of it is left.
 */
@ExtendWith(LeakCheck.class)
@Timeout(180)
final class ManagedSaveCrashTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;

  /** What the host is doing when it dies. */
  private enum Deed {
    SAVE,
    START,
    START_PAUSED,
    DISCARD;

    void on(VmHost host) {
      switch (this) {
        case SAVE -> save(host);
        case START -> host.start(WEB, StartMode.RUNNING, CallOptions.none());
        case START_PAUSED -> host.start(WEB, StartMode.PAUSED, CallOptions.none());
        case DISCARD -> host.saves().discard(WEB, CallOptions.none());
      }
    }
  }

  private static void save(VmHost host) {
    host.awaitJob(
        host.saves().save(WEB, JobOptions.none(), CallOptions.none()).id(), TestHost.PATIENCE);
  }

  @ParameterizedTest
  @EnumSource(Deed.class)
  void theGuestIsInOnePlaceWheneverTheHostDied(Deed deed) throws Exception {
    int moments = Integer.MAX_VALUE;
    for (int moment = -1; moment < moments; moment++) {
      try (FakeMachines machines = new FakeMachines(directory.resolve("m" + moment))) {
        int counted = dieAndReturn(deed, moment, machines);
        if (moment == -1) {
          moments = counted;
          assertThat(moments).as("moments of " + deed).isGreaterThan(1);
        }
      }
    }
  }

  /** One life, its end at that moment, and the life after; tells how many moments there were. */
  private static int dieAndReturn(Deed deed, int moment, FakeMachines machines) throws Exception {
    MemoryStore first = prepared(deed, machines);
    Mortality mortality = new Mortality(moment);
    TestHost mortal =
        new TestHost(
            mortality.mortal(first),
            machines,
            TestHost.SETTINGS,
            port -> mortality.mortal(port),
            mortality.mortal(new FakeImageFiles()),
            mortality.mortal(TestHost.files()),
            Clock.systemUTC(),
            TimerThread.start(),
            TestHost.BOOT);
    String death = "never";
    MemoryStore second;
    try {
      DomainState before = deed == Deed.SAVE ? DomainState.RUNNING : DomainState.SHUTOFF;
      eventually(
          () ->
              assertThat(
                      mortality.death().isDone() || mortal.domain("web").status().state() == before)
                  .isTrue());
      CompletableFuture<String> call =
          TestHost.async(
              () -> {
                deed.on(mortal.api());
                return "after it was done";
              });
      death = CompletableFuture.anyOf(mortality.death(), call).get(30, TimeUnit.SECONDS).toString();
      mortal.hangUp();
      second = first.reopened();
    } finally {
      mortal.close(Duration.ZERO);
      first.close();
    }
    try (second;
        TestHost next = new TestHost(second, machines)) {
      live(deed, death, machines, next);
    }
    return mortality.moments().size();
  }

  private static MemoryStore prepared(Deed deed, FakeMachines machines) {
    MemoryStore store = new MemoryStore();
    try (TestHost host = new TestHost(store, machines)) {
      host.define("web");
      host.start("web");
      if (deed != Deed.SAVE) {
        save(host.api());
        host.await("web", DomainState.SHUTOFF);
      }
    }
    MemoryStore prepared = store.reopened();
    store.close();
    return prepared;
  }

  private static void live(Deed deed, String death, FakeMachines machines, TestHost next) {
    eventually(
        () -> {
          try {
            assertInOnePlace(deed, machines, next);
          } catch (AssertionError wrong) {
            throw new AssertionError(deed + ", died " + death + ": " + wrong.getMessage(), wrong);
          }
        });
    if (machines.living().isEmpty()) {
      boolean saved = next.domain("web").status().reason() == StateReason.SAVED;
      next.start("web");
      assertThat(Relaunch.isIncoming(machines.of("web").launch()))
          .as(deed + ", died " + death + ": it goes on from its save if there is one")
          .isEqualTo(saved);
      eventually(() -> assertThat(files(machines)).isEmpty());
    }
  }

  private static void assertInOnePlace(Deed deed, FakeMachines machines, TestHost next) {
    assertThat(next.api().jobs()).as("jobs").allMatch(job -> job.status().state().isEnded());
    DomainStatus status = next.domain("web").status();
    List<FakeMachine> living = machines.living();
    if (!living.isEmpty()) {
      assertThat(living).as("machines").hasSize(1);
      assertThat(files(machines)).as("files beside a machine").isEmpty();
      assertThat(status.state()).isIn(DomainState.RUNNING, DomainState.PAUSED);
      assertThat(status.reason()).isNotEqualTo(StateReason.SAVING);
      assertThat(Relaunch.isIncoming(living.get(0).launch()))
          .as("a machine that was booted")
          .isEqualTo(deed != Deed.SAVE);
      return;
    }
    assertThat(status.state()).isEqualTo(DomainState.SHUTOFF);
    boolean dropped = deed == Deed.DISCARD && status.reason() == StateReason.DESTROYED;
    assertThat(status.reason()).isEqualTo(dropped ? StateReason.DESTROYED : StateReason.SAVED);
    assertThat(files(machines))
        .as("files")
        .isEqualTo(dropped ? List.of() : List.of(next.domain("web").uuid() + ".save"));
  }

  private static List<String> files(FakeMachines machines) {
    Path saves = machines.home().resolve("saves");
    if (!Files.isDirectory(saves)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(saves)) {
      return inside.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
