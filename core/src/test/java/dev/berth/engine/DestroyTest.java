package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.domain.Liveness;
import dev.berth.domain.StateReason;
import dev.berth.error.BusyException;
import dev.berth.error.HostFailureException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.host.CallOptions;
import dev.berth.host.VerbResult;
import dev.berth.testing.FakeLauncher.Job;
import dev.berth.testing.FakeMachine;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Destroy always works. */
final class DestroyTest extends EngineFixture {

  @Test
  void aQemuThatIgnoresSigtermIsKilledAfterItsGrace() {
    FakeMachine machine = running();
    machine.ignoreTerm();

    VerbResult result = api().destroy(WEB, Duration.ofMillis(50), CallOptions.none());

    assertThat(machine.signals()).containsExactly("TERM", "KILL");
    assertThat(result.detail()).contains("killed").contains("grace");
    assertThat(result.snapshot().status().reason()).isEqualTo(StateReason.DESTROYED);
    assertThat(result.snapshot().status().detail()).contains(result.detail());
  }

  @Test
  void aStoppedQemuIsKilledAtOnce() {
    FakeMachine machine = running();
    machine.stop();

    VerbResult result = api().destroy(WEB, Duration.ofDays(1), CallOptions.none());

    assertThat(machine.signals()).containsExactly("KILL");
    assertThat(result.detail()).contains("killed at once");
  }

  @Test
  void aStalledQemuIsKilledAtOnceAndItsVerbsFail() throws Exception {
    FakeMachine machine = running();
    machine.hang();
    CompletableFuture<VerbResult> pause =
        TestHost.async(() -> api().pause(WEB, CallOptions.within(TestHost.PATIENCE)));
    eventually(() -> assertThat(web().machine().get().liveness()).isEqualTo(Liveness.STALLED));

    api().destroy(WEB, Duration.ofDays(1), CallOptions.none());

    assertThat(machine.signals()).containsExactly("KILL");
    assertThatThrownBy(() -> pause.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void twoDestroysAtOnceAreBothAnsweredAndTheLessPatientDecides() throws Exception {
    FakeMachine machine = running();
    machine.ignoreTerm();
    CompletableFuture<VerbResult> patient =
        TestHost.async(() -> api().destroy(WEB, Duration.ofDays(1), CallOptions.none()));
    eventually(() -> assertThat(machine.signals()).containsExactly("TERM"));
    assertThatThrownBy(() -> api().pause(WEB, CallOptions.none()))
        .isInstanceOf(BusyException.class)
        .hasMessageContaining("destroy by test");

    VerbResult hasty = api().destroy(WEB, Duration.ofMillis(20), CallOptions.none());

    assertThat(hasty.detail()).contains("killed");
    assertThat(patient.get(20, TimeUnit.SECONDS).detail()).isEqualTo(hasty.detail());
    assertThat(machine.signals()).containsExactly("TERM", "KILL");
  }

  @Test
  void aDestroyWorksWithAStoreThatIsFull() {
    running();
    store.refuse(commit -> true);

    VerbResult result = host.destroy("web");

    assertThat(result.snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(machines.living()).isEmpty();
    store.mend();
    eventually(
        () -> {
          assertThat(memory.contents().launches()).isEmpty();
          assertThat(memory.contents().intents()).isEmpty();
        });
  }

  @Test
  void aRunDirectoryThatCannotBeRemovedKeepsNoDomainFromItsEnd() {
    running();
    launcher().fail(Job.REMOVE_RUN_DIRECTORY, new HostFailureException("read-only file system"));

    assertThat(host.destroy("web").snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
  }
}
