package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.testing.FakeMachine;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Start, pause, resume, reset, destroy on a machine that behaves. */
final class VerbsTest extends EngineFixture {

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
    assertThat(memory.contents().launches()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
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

  @Test
  void whatIsAlreadySoSucceedsAndSaysSo() {
    host.define("web");
    assertThat(api().shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.none()))
        .satisfies(VerbsTest::already);
    assertThat(host.destroy("web")).satisfies(VerbsTest::already);
    host.start("web");
    assertThat(host.start("web")).satisfies(VerbsTest::already);
    assertThat(api().resume(WEB, CallOptions.none())).satisfies(VerbsTest::already);
    api().pause(WEB, CallOptions.none());
    assertThat(api().pause(WEB, CallOptions.none())).satisfies(VerbsTest::already);
    assertThat(api().start(WEB, StartMode.PAUSED, CallOptions.none()))
        .satisfies(VerbsTest::already);
    assertThat(machines.all()).hasSize(1);
  }

  private static void already(VerbResult result) {
    assertThat(result.effect()).isEqualTo(VerbResult.Effect.ALREADY);
    assertThat(result.detail()).contains("already");
  }

  @Test
  void whatTheTableDeniesChangesNothing() {
    host.define("web");
    long before = web().generation();
    assertDenied(() -> api().pause(WEB, CallOptions.none()));
    assertDenied(() -> api().resume(WEB, CallOptions.none()));
    assertDenied(() -> api().reset(WEB, CallOptions.none()));
    assertDenied(() -> api().console(WEB));
    assertThat(web().generation()).isEqualTo(before);

    host.start("web");
    assertDenied(() -> api().undefine(WEB));
    api().pause(WEB, CallOptions.none());
    assertDenied(() -> host.start("web"));
    assertDenied(() -> api().shutdown(WEB, ShutdownPolicy.DEFAULT, CallOptions.none()));
    assertThat(machines.of("web").runState()).isEqualTo("paused");
  }

  private static void assertDenied(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(InvalidStateException.class)
        .hasMessageContaining("'web' (")
        .hasMessageEndingWith(".");
  }

  @Test
  void aDomainStartedPausedStandsBeforeItsFirstInstruction() {
    host.define("web");

    VerbResult started = api().start(WEB, StartMode.PAUSED, CallOptions.none());

    assertThat(started.snapshot().status().state()).isEqualTo(DomainState.PAUSED);
    assertThat(started.snapshot().status().reason()).isEqualTo(StateReason.USER);
    assertThat(machines.of("web").ran()).isFalse();
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(api().resume(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aResetOfAPausedGuestLeavesItPaused() {
    running();
    api().pause(WEB, CallOptions.none());

    VerbResult reset = api().reset(WEB, CallOptions.none());

    assertThat(reset.snapshot().status().state()).isEqualTo(DomainState.PAUSED);
  }

  @Test
  void aVerbThatQemuRefusesFailsWithItsWordsAndTheRecordStaysTrue() {
    FakeMachine machine = running();
    machine.monitor().refuse("stop", "GenericError", "not just now");

    assertThatThrownBy(() -> api().pause(WEB, CallOptions.none()))
        .isInstanceOf(QemuRefusedException.class)
        .hasMessageContaining("not just now");

    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void thereIsNoDomainByAnUnknownName() {
    assertThatThrownBy(() -> host.start("nobody"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void anUndefinedDomainIsForgottenWithItsLogs() {
    running();
    host.destroy("web");
    assertThat(machines.logDirectories()).hasSize(1);

    api().undefine(WEB);

    assertThat(api().list()).isEmpty();
    assertThat(memory.contents().domains()).isEmpty();
    assertThat(memory.contents().intents()).isEmpty();
    assertThat(machines.logDirectories()).isEmpty();
    assertThatThrownBy(() -> api().undefine(WEB)).isInstanceOf(NotFoundException.class);
  }
}
