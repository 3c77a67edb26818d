package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.MachineStalledException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.VerbResult;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** QEMUs that answer late, or not at all. */
final class LivenessTest extends EngineFixture {
  private static final int MORE_THAN_THREADS = 40;

  @Test
  void anIdleMachineThatHangsIsNoticedByItsHeartbeatAndComesBack() {
    FakeMachine machine = running();
    machine.hang();

    awaitLiveness(Liveness.STALLED);
    assertThat(web().status().state()).isEqualTo(DomainState.RUNNING);

    machine.goOn();
    awaitLiveness(Liveness.RESPONSIVE);
    assertThat(api().pause(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
  }

  @Test
  void aStoppedProcessIsStalled() {
    FakeMachine machine = running();
    machine.stop();
    awaitLiveness(Liveness.STALLED);
    machine.goOn();
    awaitLiveness(Liveness.RESPONSIVE);
  }

  @Test
  void aQemuThatAnswersOutOfBandIsBusyAndItsVerbWaits() throws Exception {
    FakeMachine machine = running();
    machine.getBusy();
    CompletableFuture<VerbResult> pause =
        TestHost.async(() -> api().pause(WEB, CallOptions.none()));

    awaitLiveness(Liveness.BUSY);
    assertThat(pause).isNotDone();

    machine.goOn();
    assertThat(pause.get(20, TimeUnit.SECONDS).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
    awaitLiveness(Liveness.RESPONSIVE);
  }

  @Test
  void verbsOnAStalledMachineFailAtOnceUnlessThereIsADeadline() {
    FakeMachine machine = running();
    machine.hang();
    awaitLiveness(Liveness.STALLED);

    assertThatThrownBy(() -> api().pause(WEB, CallOptions.none()))
        .isInstanceOf(MachineStalledException.class)
        .hasMessageContaining("since")
        .hasMessageContaining("destroy");
    assertThat(machine.monitor().received()).noneMatch(command -> command.command().equals("stop"));
    assertThatThrownBy(() -> api().pause(WEB, CallOptions.within(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("goes on");

    machine.goOn();
    host.await("web", DomainState.PAUSED);
  }

  @Test
  void aVerbInFlightFailsWhenItsMachineStalls() throws Exception {
    FakeMachine machine = running();
    machine.hang();
    CompletableFuture<VerbResult> pause =
        TestHost.async(() -> api().pause(WEB, CallOptions.none()));

    assertThatThrownBy(() -> pause.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MachineStalledException.class)
        .hasMessageContaining("may still");
  }

  @Test
  void moreSilentMachinesThanThreadsEachWithAVerbWaitingHoldUpNobody() throws Exception {
    List<CompletableFuture<VerbResult>> waiting = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_THREADS; i++) {
      String name = "silent-" + i;
      host.define(name);
      host.start(name);
      machines.of(name).hang();
      waiting.add(
          TestHost.async(
              () -> api().pause(DomainRef.of(name), CallOptions.within(TestHost.PATIENCE))));
    }
    running();

    assertThat(api().pause(WEB, CallOptions.none()).snapshot().status().state())
        .isEqualTo(DomainState.PAUSED);
    assertThat(api().list()).hasSize(MORE_THAN_THREADS + 1);
    eventually(
        () ->
            assertThat(api().list())
                .filteredOn(
                    it ->
                        it.machine().filter(one -> one.liveness() == Liveness.STALLED).isPresent())
                .hasSize(MORE_THAN_THREADS));
    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().startsWith("berth-"))
        .hasSizeLessThan(16);

    for (int i = 0; i < MORE_THAN_THREADS; i++) {
      machines.of("silent-" + i).goOn();
    }
    for (CompletableFuture<VerbResult> one : waiting) {
      assertThat(one.get(20, TimeUnit.SECONDS).snapshot().status().state())
          .isEqualTo(DomainState.PAUSED);
    }
  }

  private void awaitLiveness(Liveness liveness) {
    eventually(() -> assertThat(web().machine().get().liveness()).isEqualTo(liveness));
  }
}
