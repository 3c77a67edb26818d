package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.engine.migration.Peers.Peer;
import dev.berth.engine.thread.TimerThread;
import dev.berth.engine.thread.Timers;
import dev.berth.error.BerthException;
import dev.berth.error.HostUnreachableException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationRequest;
import dev.berth.host.VmHost;
import dev.berth.job.Job;
import dev.berth.migration.SavedMachine.Guest;
import dev.berth.migration.StreamAddress;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeImageFiles;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One of two hosts between which a guest goes dies at each moment: before and after each commit,
 * each call of the launcher, each signal, and each question to the other host. Whatever the moment,
 * once there is a host there again the guest runs at one of them, and nothing is left at the other.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class MigrationCrashTest {
  private static final DomainRef WEB = DomainRef.of("web");
  private static final URI OTHER = URI.create("unix:/other");

  /** One that moves paused guests. */
  private static final String QEMU = "10.0.13";

  /** How much faster what is due comes. */
  private static final int HASTE = 20;

  @TempDir Path directory;

  /** Who dies. */
  private enum Side {
    SOURCE,
    TARGET
  }

  /** How the migration goes. */
  private enum Course {
    /** As it should. */
    MOVES,
    /** Somebody cancels it while QEMU sends. */
    IS_CANCELLED,
    /** The target's QEMU does not let the guest go on. */
    COMES_BACK
  }

  @ParameterizedTest
  @CsvSource({
    "RUNNING, MOVES, SOURCE",
    "RUNNING, MOVES, TARGET",
    "RUNNING, IS_CANCELLED, SOURCE",
    "RUNNING, IS_CANCELLED, TARGET",
    "RUNNING, COMES_BACK, SOURCE",
    "RUNNING, COMES_BACK, TARGET",
    "PAUSED, MOVES, SOURCE",
    "PAUSED, MOVES, TARGET",
    "PAUSED, IS_CANCELLED, SOURCE",
    "PAUSED, IS_CANCELLED, TARGET",
    "PAUSED, COMES_BACK, SOURCE",
    "PAUSED, COMES_BACK, TARGET"
  })
  void theGuestIsAtOneHostWheneverOneHasDied(Guest guest, Course course, Side side)
      throws Exception {
    int moments = new Life(guest, course, side, -1).live();
    assertThat(moments).isGreaterThan(4);
    for (int moment = 0; moment < moments; moment++) {
      new Life(guest, course, side, moment).live();
    }
  }

  /** One migration, the death of one of its hosts, and what comes of it. */
  private final class Life {
    private final Guest guest;
    private final Course course;
    private final Side side;
    private final Mortality mortality;
    private final FakeMachines machines;
    private final FakeMachines otherMachines;
    private final List<MemoryStore> stores = new ArrayList<>();
    private volatile TestHost source;
    private volatile TestHost target;
    private volatile boolean dead;

    Life(Guest guest, Course course, Side side, int moment) {
      Path place = directory.resolve(guest + "-" + course + "-" + side + "-" + moment);
      this.guest = guest;
      this.course = course;
      this.side = side;
      this.mortality = new Mortality(moment);
      this.machines = new FakeMachines(place.resolve("a"));
      this.otherMachines = new FakeMachines(place.resolve("b"));
      machines.areOf(QEMU);
      otherMachines.areOf(QEMU);
      MemoryStore store = kept(prepared());
      MemoryStore otherStore = kept(new MemoryStore());
      this.source = side == Side.SOURCE ? mortal(store, machines) : host(store, machines);
      this.target =
          side == Side.TARGET ? mortal(otherStore, otherMachines) : host(otherStore, otherMachines);
    }

    private MemoryStore kept(MemoryStore store) {
      stores.add(store);
      return store;
    }

    private MemoryStore prepared() {
      MemoryStore store = new MemoryStore();
      try (TestHost host = new TestHost(store, machines)) {
        host.define("web");
        host.start("web");
        if (guest == Guest.PAUSED) {
          host.api().pause(WEB, CallOptions.none());
        }
      }
      MemoryStore prepared = store.reopened();
      store.close();
      return prepared;
    }

    private TestHost mortal(MemoryStore store, FakeMachines on) {
      return new TestHost(
          mortality.mortal(store),
          on,
          TestHost.SETTINGS,
          port -> mortality.mortal(port),
          new FakeImageFiles(),
          files(this::watched),
          Clock.systemUTC(),
          hasty(),
          TestHost.BOOT);
    }

    private TestHost host(MemoryStore store, FakeMachines on) {
      return new TestHost(
          store,
          on,
          TestHost.SETTINGS,
          port -> port,
          new FakeImageFiles(),
          files(UnaryOperator.identity()),
          Clock.systemUTC(),
          hasty(),
          TestHost.BOOT);
    }

    private JobFiles files(UnaryOperator<TargetHost> seen) {
      JobFiles usual = TestHost.files();
      return new JobFiles(
          usual.dumps(), usual.backups(), usual.served(), usual.saves(), address -> peer(seen));
    }

    private Peer peer(UnaryOperator<TargetHost> seen) {
      return new Peer() {
        @Override
        public TargetHost target() {
          if (dead) {
            throw new HostUnreachableException("There is no host just now.");
          }
          return seen.apply(((TakesMachines) target.api()).targetHost());
        }

        @Override
        public StreamAddress reach(StreamAddress named) {
          return named;
        }

        @Override
        public void close() {}
      };
    }

    private TargetHost watched(TargetHost host) {
      return new MortalTarget(mortality, host);
    }

    /** Tells how many moments there were. */
    int live() throws Exception {
      String death = "never";
      try {
        eventually(this::assertRunsOrDead);
        if (!mortality.death().isDone()) {
          machine().migration().sendTo(() -> arriving().migration());
          CompletableFuture<String> call =
              TestHost.async(
                  () -> {
                    migrate();
                    return "after it was done";
                  });
          CompletableFuture.anyOf(mortality.death(), call).get(60, TimeUnit.SECONDS);
          eventually(this::assertOneGuestOrDead);
        }
        if (mortality.death().isDone()) {
          death = mortality.death().get();
          dieAndReturn();
        }
        eventually(this::assertOneGuest);
      } catch (AssertionError wrong) {
        throw new AssertionError(
            guest + ", " + course + ", " + side + " died " + death + ": " + wrong.getMessage(),
            wrong);
      } finally {
        source.close();
        target.close();
        stores.forEach(MemoryStore::close);
        machines.close();
        otherMachines.close();
      }
      return mortality.moments().size();
    }

    private void dieAndReturn() {
      TestHost mortal = side == Side.SOURCE ? source : target;
      dead = side == Side.TARGET;
      mortal.hangUp();
      MemoryStore next = kept(stores.get(side == Side.SOURCE ? 0 : 1).reopened());
      mortal.close(Duration.ZERO);
      if (side == Side.SOURCE) {
        source = host(next, machines);
      } else {
        target = host(next, otherMachines);
      }
      dead = false;
    }

    private void migrate() {
      if (course == Course.IS_CANCELLED) {
        machine().migration().takeTime();
      }
      try {
        VmHost host = source.api();
        Job job =
            host.migrations()
                .migrate(WEB, MigrationRequest.to(OTHER), JobOptions.none(), CallOptions.none());
        if (course == Course.IS_CANCELLED) {
          eventually(
              () ->
                  assertThat(machine().migration().isActive() || mortality.death().isDone())
                      .isTrue());
          if (machine().migration().isActive()) { // else a target that has died is still to be told
            host.cancelJob(job.id());
          }
        }
        host.awaitJob(job.id(), TestHost.PATIENCE);
      } catch (BerthException gone) {
        assertThat(mortality.death()).as("%s", gone).isDone();
      }
    }

    private FakeMachine arriving() {
      FakeMachine arriving = otherMachines.of("web");
      if (course == Course.COMES_BACK) {
        String word = guest == Guest.RUNNING ? "cont" : "blockdev-set-active";
        arriving.monitor().refuse(word, "GenericError", "Failed to get lock");
      }
      return arriving;
    }

    private FakeMachine machine() {
      return machines.of("web");
    }

    private void assertRunsOrDead() {
      assertThat(mortality.death().isDone() || source.domain("web").status().state() == state())
          .isTrue();
    }

    private void assertOneGuestOrDead() {
      if (!mortality.death().isDone()) {
        assertOneGuest();
      }
    }

    private void assertOneGuest() {
      List<FakeMachine> living =
          Stream.concat(machines.living().stream(), otherMachines.living().stream()).toList();
      assertThat(living.stream().filter(it -> it.runState().equals("running")))
          .as("guests that run")
          .hasSizeLessThan(2);
      living.stream() // the host that would have cancelled it has died
          .map(FakeMachine::migration)
          .filter(migration -> migration.isActive())
          .forEach(migration -> migration.finish());
      assertThat(jobs()).as("jobs").allMatch(job -> job.status().state().isEnded());
      List<DomainSnapshot> domains =
          Stream.concat(source.api().list().stream(), target.api().list().stream()).toList();
      assertThat(domains).as("domains").hasSize(1);
      assertThat(domains.get(0).status().state()).isEqualTo(state());
      assertThat(living).as("machines").hasSize(1);
      assertDoesWhatItDid(domains.get(0), living.get(0));
      assertThat(domains.get(0).machine().orElseThrow().incarnation())
          .isEqualTo(living.get(0).launch().incarnation());
      assertThat(
              Stream.concat(
                  machines.runDirectories().stream(), otherMachines.runDirectories().stream()))
          .as("run directories")
          .hasSize(1);
    }

    private DomainState state() {
      return switch (guest) {
        case RUNNING -> DomainState.RUNNING;
        case PAUSED -> DomainState.PAUSED;
      };
    }

    private void assertDoesWhatItDid(DomainSnapshot domain, FakeMachine machine) {
      switch (guest) {
        case RUNNING -> assertThat(machine.runState()).isEqualTo("running");
        case PAUSED -> {
          assertThat(machine.runState()).isIn("paused", "postmigrate");
          assertThat(domain.status().reason()).isEqualTo(StateReason.USER);
          assertThat(machine.migration().hasImages()).as("it has its images").isTrue();
          assertThat(otherMachines.all()).as("guests that ran").noneMatch(FakeMachine::ran);
          assertThat(machines.all()).allMatch(each -> conts(each) == 1); // at its start
        }
      }
    }

    private static long conts(FakeMachine machine) {
      return machine.monitor().received().stream()
          .filter(it -> it.command().equals("cont"))
          .count();
    }

    private List<Job> jobs() {
      return Stream.concat(source.api().jobs().stream(), target.api().jobs().stream()).toList();
    }
  }

  /** What is due comes sooner, for nobody here takes as long as a host does. */
  private static Timers hasty() {
    Timers timers = TimerThread.start();
    return new Timers() {
      @Override
      public Future<?> after(Duration delay, Runnable task) {
        return timers.after(delay.dividedBy(HASTE), task);
      }

      @Override
      public Future<?> every(Duration pause, Runnable task) {
        return timers.every(pause.dividedBy(HASTE), task);
      }

      @Override
      public void close() {
        timers.close();
      }
    };
  }
}
