package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.store.testing.MemoryStore;
import dev.berth.testing.FakeMachine;
import dev.berth.testing.FakeMachines;
import dev.berth.testing.LeakCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Start, pause, resume, reset, destroy on a machine that behaves. */
@ExtendWith(LeakCheck.class)
final class VerbsTest {
  private static final DomainRef WEB = DomainRef.of("web");

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private FakeMachines machines;
  private TestHost host;

  @BeforeEach
  void open() {
    machines = new FakeMachines(directory);
    host = new TestHost(store, machines);
  }

  @AfterEach
  void close() {
    host.close();
    machines.close();
    store.close();
  }

  @Test
  void aStartedDomainRunsAndADestroyedOneIsOff() {
    host.define("web");

    VerbResult started = host.start("web");

    assertThat(started.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(started.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(started.snapshot().status().reason()).isEqualTo(StateReason.BOOTED);
    assertThat(started.snapshot().operation()).isEmpty();
    assertThat(machines.of("web").runState()).isEqualTo("running");

    VerbResult destroyed = host.destroy("web");

    assertThat(destroyed.detail()).isEqualTo("ended cleanly");
    assertThat(destroyed.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(destroyed.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThat(destroyed.snapshot().machine()).isEmpty();
    assertThat(machines.living()).isEmpty();
    assertThat(machines.runDirectories()).isEmpty();
    assertThat(store.contents().launches()).isEmpty();
    assertThat(store.contents().intents()).isEmpty();
  }

  @Test
  void pauseAndResumeChangeWhatQemuDoes() {
    host.define("web");
    host.start("web");
    FakeMachine machine = machines.of("web");

    VerbResult paused = host.api().pause(WEB, CallOptions.none());
    assertThat(paused.snapshot().status().state()).isEqualTo(DomainState.PAUSED);
    assertThat(machine.runState()).isEqualTo("paused");

    VerbResult resumed = host.api().resume(WEB, CallOptions.none());
    assertThat(resumed.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(resumed.snapshot().status().reason()).isEqualTo(StateReason.UNPAUSED);
  }

  @Test
  void aPanickedGuestIsKeptAndAResetMakesItRunAgain() {
    host.define("web");
    host.start("web");
    FakeMachine machine = machines.of("web");
    machine.guestPanics();
    host.await("web", DomainState.CRASHED);
    assertThatThrownBy(() -> host.api().resume(WEB, CallOptions.none()))
        .hasMessageContaining("panicked");

    VerbResult reset = host.api().reset(WEB, CallOptions.none());

    assertThat(reset.snapshot().status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(machine.runState()).isEqualTo("running");
    eventually(() -> assertThat(machines.living()).containsExactly(machine));
  }
}
