package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.engine.thread.TimerThread;
import dev.berth.host.DefineCondition;
import dev.berth.machine.MachineLauncher;
import dev.berth.machine.ProcessExit;
import dev.berth.store.Store;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The host process dies at every moment of what it does by itself: before and after each commit,
 * each call of the launcher, each signal. Whatever the moment, in the end the domain is up in one
 * new machine, and nothing is left of the others.
 */
@ExtendWith(LeakCheck.class)
@Timeout(300)
final class PolicyCrashTest {

  /** What the host does. */
  enum Deed {
    AUTOSTART("autostart: true") {
      @Override
      void cause(FakeMachine machine) {}
    },
    RESTART_OF_A_DEAD_QEMU("restart: on-failure") {
      @Override
      void cause(FakeMachine machine) {
        machine.die(new ProcessExit(OptionalInt.empty(), OptionalInt.of(11)));
        machine.exit().join();
      }
    },
    RESTART_OF_A_PANICKED_GUEST("restart: on-failure") {
      @Override
      void cause(FakeMachine machine) {
        machine.guestPanics();
      }
    };

    private final String policy;

    Deed(String policy) {
      this.policy = policy;
    }

    /** What makes the host do it, besides its opening in a new boot. */
    abstract void cause(FakeMachine machine);
  }

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Deed.class)
  void theDomainIsUpInTheEndWheneverTheHostDied(Deed deed) {
    int moments = Integer.MAX_VALUE;
    for (int moment = -1; moment < moments; moment++) {
      try (FakeMachines machines = new FakeMachines(directory.resolve("m" + moment))) {
        int counted = dieAndReturn(deed, moment, machines);
        if (moment == -1) {
          moments = counted;
          assertThat(moments).as("moments of " + deed).isGreaterThan(5);
        }
      }
    }
  }

  /** One life, its end at that moment, and the life after; tells how many moments there were. */
  private static int dieAndReturn(Deed deed, int moment, FakeMachines machines) {
    MemoryStore first = prepared(deed, machines);
    List<FakeMachine> before = machines.living();
    Mortality mortality = new Mortality(moment);
    TestHost mortal = opened(mortality.mortal(first), machines, mortality::mortal);
    MemoryStore second;
    try {
      eventually(
          () -> assertThat(mortality.death().isDone() || isSettled(mortal, before)).isTrue());
      before.forEach(deed::cause);
      eventually(
          () -> assertThat(mortality.death().isDone() || isUp(mortal, machines, before)).isTrue());
      mortal.hangUp();
      second = first.reopened();
    } finally {
      mortal.close(Duration.ZERO);
      first.close();
    }
    try (second;
        TestHost next = opened(second, machines, port -> port)) {
      eventually(
          () -> {
            assertThat(isUp(next, machines, before))
                .as("%s, died %s: %s", deed, mortality.death().getNow("never"), next.api().list())
                .isTrue();
            assertThat(second.contents().intents()).isEmpty();
            assertThat(second.contents().launches()).hasSize(1);
            assertThat(machines.runDirectories()).hasSize(1);
            assertThat(second.contents().policyStates())
                .allMatch(state -> state.dueAt().isEmpty() && state.tries() <= 1);
          });
    }
    return mortality.moments().size();
  }

  private static MemoryStore prepared(Deed deed, FakeMachines machines) {
    MemoryStore store = new MemoryStore();
    try (TestHost host = new TestHost(store, machines)) {
      host.api()
          .define(TestHost.document("name: web\n" + deed.policy), new DefineCondition.Always());
      if (deed != Deed.AUTOSTART) {
        host.start("web");
      }
    }
    MemoryStore prepared = store.reopened();
    store.close();
    return prepared;
  }

  private static TestHost opened(
      Store store, FakeMachines machines, UnaryOperator<MachineLauncher> wrapped) {
    return new TestHost(
        store,
        machines,
        TestHost.SETTINGS,
        wrapped,
        Clock.systemUTC(),
        new HurriedTimers(TimerThread.start()),
        "the next boot");
  }

  private static boolean isSettled(TestHost host, List<FakeMachine> before) {
    return before.isEmpty() || web(host).status().state() == DomainState.RUNNING;
  }

  private static boolean isUp(TestHost host, FakeMachines machines, List<FakeMachine> before) {
    DomainSnapshot web = web(host);
    return machines.living().size() == 1
        && !before.contains(machines.living().get(0))
        && machines.living().get(0).ran()
        && web.status().state() == DomainState.RUNNING
        && web.operation().isEmpty()
        && web.restart().flatMap(DomainSnapshot.RestartSummary::nextTryAt).isEmpty();
  }

  private static DomainSnapshot web(TestHost host) {
    return host.domain("web");
  }
}
